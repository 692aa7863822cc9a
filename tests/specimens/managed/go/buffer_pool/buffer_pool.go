// EXPECT pass
//
// A sync.Pool of buffers of 64 KiB: each request borrows one and gives it
// back. The runtime keeps as many as were in use at once, and drops them in
// two collections: none is a leak.
package main

import (
	"fmt"
	"net/http"
	"sync"

	"../common"
)

const size = 64 << 10

var buffers = sync.Pool{New: func() any { return new([size]byte) }}

func main() {
	common.Guilty()
	http.HandleFunc("/", func(reply http.ResponseWriter, request *http.Request) {
		buffer := buffers.Get().(*[size]byte)
		defer buffers.Put(buffer)
		read := copy(buffer[:], request.URL.Path)
		fmt.Fprintf(reply, "%s\n", buffer[:read])
	})
	common.Serve()
}

// A service with a heap of many sizes at many depths, and its profiles:
// heap_service RATE. Each request keeps a part of what it allocates.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof" // at http.DefaultServeMux
	"os"
	"runtime"
	"strconv"
	"sync"
)

var (
	lock sync.Mutex
	kept [][]byte
)

//go:noinline
func allocate(depth, size int) []byte {
	if depth > 0 {
		return allocate(depth-1, size)
	}
	return make([]byte, size)
}

func serve(reply http.ResponseWriter, _ *http.Request) {
	lock.Lock()
	defer lock.Unlock()
	for size := 8; size < 1<<16; size *= 2 {
		block := allocate(size%7, size)
		if size%3 == 1 {
			kept = append(kept, block)
		}
	}
	fmt.Fprintln(reply, len(kept))
}

func main() {
	rate, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	runtime.MemProfileRate = rate
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	http.HandleFunc("/", serve)
	panic(http.Serve(listener, nil))
}

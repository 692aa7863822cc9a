// EXPECT pass
//
// A table that is made when it is first needed: by the --first-th request,
// long after the service was warm. It stays for ever and there is one of it.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"../common"
)

var first = flag.Int64("first", 1, "the request that needs the table first")

var (
	once     sync.Once
	requests int64
	table    []*entry
)

type entry struct {
	square int
	text   [256]byte
}

const entries = 500

//go:noinline
func makeTable() {
	for i := 0; i < entries; i++ {
		table = append(table, &entry{square: i * i})
	}
}

func main() {
	common.Guilty()
	http.HandleFunc("/", func(reply http.ResponseWriter, _ *http.Request) {
		number := atomic.AddInt64(&requests, 1)
		if number >= *first {
			once.Do(makeTable)
			number = int64(table[number%entries].square)
		}
		fmt.Fprintln(reply, number)
	})
	common.Serve()
}

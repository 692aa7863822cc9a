// Writes its own heap as pprof's protobuf and as text: heap_of_go PB TEXT.
package main

import (
	"os"
	"runtime"
	"runtime/pprof"
)

var kept [][]byte

//go:noinline
func keep(size int) { kept = append(kept, make([]byte, size)) }

func recurse(depth int) {
	if depth > 0 {
		recurse(depth - 1)
	}
	keep(100 * depth)
}

func write(path string, debug int) {
	file, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if err := pprof.Lookup("heap").WriteTo(file, debug); err != nil {
		panic(err)
	}
}

func main() {
	runtime.MemProfileRate = 4096
	for size := 1; size < 2000; size++ {
		keep(size)
		recurse(size % 7)
	}
	kept = kept[1000:]
	runtime.GC()
	runtime.GC()
	write(os.Args[1], 0)
	write(os.Args[2], 1)
	runtime.KeepAlive(kept)
}

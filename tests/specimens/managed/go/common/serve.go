// Package common is what every Go specimen has around its own few lines: the
// command line, an HTTP server on the loopback with its profiles at
// /debug/pprof/, and an end at SIGTERM. It takes nothing from tidemark and
// keeps nothing of a connection that has ended.
package common

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof" // at http.DefaultServeMux
	"os"
	"os/signal"
	"syscall"
)

var port = flag.Int("port", 0, "listen on this port of 127.0.0.1; 0: a free one")
var guilty = flag.Bool("guilty", false, "make the mistake")
var innocent = flag.Bool("innocent", false, "do not, as without either")

// Guilty reads the command line. To be called first, after all flags have
// been defined.
func Guilty() bool {
	flag.Parse()
	if flag.NArg() > 0 || *guilty && *innocent {
		flag.Usage()
		os.Exit(2)
	}
	return *guilty
}

// Serve serves what has been registered with http.HandleFunc, until SIGTERM
// or SIGINT.
func Serve() {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		log.Fatal(err)
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM, syscall.SIGINT)
	fmt.Printf("listening on %s\n", listener.Addr())
	go func() { log.Fatal(http.Serve(listener, nil)) }()
	<-end
}

// AnswerAndStay sends a whole answer and returns when the client has left.
func AnswerAndStay(reply http.ResponseWriter, request *http.Request, text string) {
	reply.Header().Set("Content-Length", fmt.Sprint(len(text)))
	fmt.Fprint(reply, text)
	reply.(http.Flusher).Flush()
	<-request.Context().Done()
}

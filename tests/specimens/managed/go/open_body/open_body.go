// EXPECT upstream 1 per request
// EXPECT leak 2 goroutines per connection|request at readLoop, writeLoop created by dialConn
// EXPECT leak 10000..20000 bytes in 20..80 objects per connection|request at dialConn
//
// A service that asks another one for a price, over HTTP. Guilty: it looks at
// the status and never closes the body of the answer, so that the connection
// can neither be used again nor closed, and both goroutines that serve it stay.
// Innocent: it closes the body.
package main

import (
	"flag"
	"fmt"
	"net/http"

	"../common"
)

var upstream = flag.Int("upstream-port", 0, "of the other service, on 127.0.0.1")

func main() {
	guilty := common.Guilty()
	http.HandleFunc("/price", func(reply http.ResponseWriter, _ *http.Request) {
		answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/price", *upstream))
		if err != nil {
			http.Error(reply, err.Error(), http.StatusBadGateway)
			return
		}
		if !guilty {
			defer answer.Body.Close()
		}
		fmt.Fprintln(reply, "status", answer.StatusCode)
	})
	common.Serve()
}

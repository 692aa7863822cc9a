// EXPECT upstream 1 per request
// EXPECT leak 6 goroutines per connection at NewWriterSize|NewReaderSize|readLoop|writeLoop, readLoop, writeLoop created by dialConn
// EXPECT leak 38000..45000 bytes in 60..80 objects per connection at NewWriterSize|NewReaderSize|readLoop|writeLoop, dialConn
// EXPECT also leak at price, NewRequestWithContext
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

//go:noinline
func price(guilty bool) (int, error) {
	answer, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/price", *upstream))
	if err != nil {
		return 0, err
	}
	if !guilty {
		defer answer.Body.Close()
	}
	return answer.StatusCode, nil
}

func main() {
	guilty := common.Guilty()
	http.HandleFunc("/price", func(reply http.ResponseWriter, _ *http.Request) {
		status, err := price(guilty)
		if err != nil {
			http.Error(reply, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(reply, "status", status)
	})
	common.Serve()
}

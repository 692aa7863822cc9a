// EXPECT pass
//
// A service that has another program do each request's work: a child process
// and two pipes that come and go.
package main

import (
	"net/http"
	"os/exec"

	"../common"
)

func main() {
	common.Guilty()
	http.HandleFunc("/", func(reply http.ResponseWriter, request *http.Request) {
		text, err := exec.CommandContext(request.Context(), "/bin/echo", "worked").Output()
		if err != nil {
			http.Error(reply, err.Error(), http.StatusInternalServerError)
			return
		}
		reply.Write(text)
	})
	common.Serve()
}

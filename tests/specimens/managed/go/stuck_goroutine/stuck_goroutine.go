// EXPECT leak 1 goroutines per connection at await created by subscribe
// EXPECT leak 4192 bytes in 3 objects per connection at await, subscribe
//
// A service that tells its clients of alerts: for each connection a goroutine
// waits for the next one on a channel. Guilty: nobody closes the channel when
// the client has gone, so the goroutine waits for ever, and holds the client's
// inbox. Innocent: the channel is closed.
package main

import (
	"log"
	"net/http"

	"../common"
	"github.com/gorilla/websocket"
)

type inbox struct {
	last [2048]byte
}

//go:noinline
func await(alerts <-chan string, box *inbox) {
	for alert := range alerts {
		copy(box.last[:], alert)
	}
}

//go:noinline
func subscribe() chan string {
	alerts := make(chan string)
	go await(alerts, new(inbox))
	return alerts
}

var upgrader = websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024}

func main() {
	guilty := common.Guilty()
	http.HandleFunc("/", func(reply http.ResponseWriter, request *http.Request) {
		connection, err := upgrader.Upgrade(reply, request, nil)
		if err != nil {
			log.Print(err)
			return
		}
		defer connection.Close()
		alerts := subscribe()
		if !guilty {
			defer close(alerts)
		}
		for {
			kind, message, err := connection.ReadMessage()
			if err != nil || connection.WriteMessage(kind, message) != nil {
				return
			}
		}
	})
	common.Serve()
}

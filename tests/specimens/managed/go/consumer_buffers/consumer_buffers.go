// EXPECT leak 419430400..419450880 bytes per open connection at NewReaderSize (314572800..314576896), newConn (104857600..104873984)
//
// A service that is itself a WebSocket client (field case C1): for each GET
// /consume it opens three connections to the upstream at --feed-port and keeps
// them open until its own client leaves. Guilty: each dialer is built with a
// read and a write buffer of 100 MB. Innocent: of 2 MB, the published fix. Both
// close everything: nothing stays behind.
//
// Two of the three only listen and borrow a write buffer for as long as they
// write, which is never. So the readers hold three times what the writers do,
// as in the profile that was published: 1800 MB and 600 MB.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"sync"

	"../common"
	"github.com/gorilla/websocket"
)

const (
	guiltyBuffer   = 100 << 20
	innocentBuffer = 2 << 20
	listeners      = 2
)

var feed = flag.Int("feed-port", 0, "of the upstream, on 127.0.0.1")
var buffer = flag.Int("buffer", 0, "bytes of each buffer; 0: as guilty or not")

// Dialers share the write buffers of connections that do not write.
var spare = &sync.Pool{}

func dial(talks bool) (*websocket.Conn, error) {
	dialer := websocket.Dialer{ReadBufferSize: *buffer, WriteBufferSize: *buffer}
	if !talks {
		dialer.WriteBufferPool = spare
	}
	connection, _, err := dialer.Dial(fmt.Sprintf("ws://127.0.0.1:%d/feed", *feed), nil)
	return connection, err
}

// Reads until the connection is closed, by whomever.
func drop(connection *websocket.Conn, ended *sync.WaitGroup) {
	defer ended.Done()
	for {
		if _, _, err := connection.ReadMessage(); err != nil {
			return
		}
	}
}

type consumer struct {
	connections []*websocket.Conn
	ended       sync.WaitGroup
}

func (c *consumer) open() error {
	for i := 0; i < 1+listeners; i++ {
		connection, err := dial(i == 0)
		if err != nil {
			return err
		}
		c.connections = append(c.connections, connection)
		c.ended.Add(1)
		go drop(connection, &c.ended)
	}
	return c.connections[0].WriteMessage(websocket.TextMessage, []byte("subscribe"))
}

func (c *consumer) close() {
	for _, connection := range c.connections {
		connection.Close()
	}
	c.ended.Wait()
}

func main() {
	guilty := common.Guilty()
	if *buffer == 0 {
		*buffer = innocentBuffer
		if guilty {
			*buffer = guiltyBuffer
		}
	}
	http.HandleFunc("/consume", func(reply http.ResponseWriter, request *http.Request) {
		var mine consumer
		defer mine.close()
		if err := mine.open(); err != nil {
			http.Error(reply, err.Error(), http.StatusBadGateway)
			return
		}
		common.AnswerAndStay(reply, request, "consuming\n")
	})
	common.Serve()
}

// EXPECT leak 1024 bytes in 1 objects per connection at begin
//
// A list of sessions, global, for an overview (field case C5). Guilty: who has
// left is marked and stays in it. Innocent: is taken out of it.
package main

import (
	"log"
	"net/http"
	"sync"

	"../common"
	"github.com/gorilla/websocket"
)

type session struct {
	left  bool
	state [1023]byte
}

var (
	lock     sync.Mutex
	sessions []*session
)

//go:noinline
func begin() *session {
	lock.Lock()
	defer lock.Unlock()
	mine := new(session)
	sessions = append(sessions, mine)
	return mine
}

//go:noinline
func end(mine *session, guilty bool) {
	lock.Lock()
	defer lock.Unlock()
	mine.left = true
	if guilty {
		return
	}
	last := len(sessions) - 1
	for i, each := range sessions {
		if each == mine {
			sessions[i], sessions[last] = sessions[last], nil
			sessions = sessions[:last]
			return
		}
	}
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
		mine := begin()
		defer end(mine, guilty)
		for {
			kind, message, err := connection.ReadMessage()
			if err != nil {
				return
			}
			copy(mine.state[:], message)
			if connection.WriteMessage(kind, message) != nil {
				return
			}
		}
	})
	common.Serve()
}

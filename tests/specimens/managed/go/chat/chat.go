// EXPECT leak 2752 bytes in 7 objects per connection at newConn
// EXPECT leak 1792 bytes in 1 objects per connection at join
// EXPECT also leak at newFD, read, advanceFrame
//
// A chat room (field case C2), which a hundred connections leave about half a
// megabyte behind in. Guilty: a member is put into the global map under one
// key and deleted under another one, computed from the map's length, and so
// stays for ever, with its closed connection and that one's buffers. Innocent:
// deleted under its own key.
package main

import (
	"log"
	"net/http"
	"sync"

	"../common"
	"github.com/gorilla/websocket"
)

type member struct {
	key        int64
	connection *websocket.Conn
	nickname   [48]byte
	lastWords  [1700]byte
}

var (
	lock    sync.Mutex
	joined  int64
	members = make(map[int64]*member)
)

// Far above any length of the map.
const firstKey = 1000000000

//go:noinline
func join(connection *websocket.Conn) *member {
	lock.Lock()
	defer lock.Unlock()
	joined++
	who := &member{key: firstKey + joined, connection: connection}
	copy(who.nickname[:], "guest")
	members[who.key] = who
	return who
}

//go:noinline
func leave(who *member, guilty bool) {
	lock.Lock()
	defer lock.Unlock()
	key := who.key
	if guilty {
		key = int64(len(members))
	}
	delete(members, key)
}

var upgrader = websocket.Upgrader{
	ReadBufferSize:  1024,
	WriteBufferSize: 1024,
	CheckOrigin:     func(*http.Request) bool { return true },
}

func main() {
	guilty := common.Guilty()
	http.HandleFunc("/", func(reply http.ResponseWriter, request *http.Request) {
		connection, err := upgrader.Upgrade(reply, request, nil)
		if err != nil {
			log.Print(err)
			return
		}
		defer connection.Close()
		who := join(connection)
		defer leave(who, guilty)
		for {
			kind, message, err := connection.ReadMessage()
			if err != nil {
				return
			}
			copy(who.lastWords[:], message)
			if connection.WriteMessage(kind, message) != nil {
				return
			}
		}
	})
	common.Serve()
}

// EXPECT pass
//
// A cache of the 64 sessions that ended last. Its entries are always young,
// and there are never more of them.
package main

import (
	"container/list"
	"fmt"
	"net/http"
	"sync"

	"../common"
)

const most = 64

type session struct {
	id    int
	state [1024]byte
}

var (
	lock   sync.Mutex
	begun  int
	recent = list.New() // of *session, the youngest first
	byID   = make(map[int]*list.Element)
)

//go:noinline
func remember() *session {
	lock.Lock()
	defer lock.Unlock()
	begun++
	mine := &session{id: begun}
	byID[mine.id] = recent.PushFront(mine)
	if recent.Len() > most {
		oldest := recent.Remove(recent.Back()).(*session)
		delete(byID, oldest.id)
	}
	return mine
}

func main() {
	common.Guilty()
	http.HandleFunc("/", func(reply http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(reply, "session", remember().id)
	})
	common.Serve()
}

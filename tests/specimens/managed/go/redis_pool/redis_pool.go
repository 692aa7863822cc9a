// EXPECT upstream 1 per request
// EXPECT leak 26664 bytes in 36 objects per connection at DialContext, NewWriterSize, NewReaderSize
// EXPECT leak 16056 bytes in 15 objects per connection at NewConnPool
//
// A service that is itself a Redis client (field case C3). Guilty: since a
// refactoring the handler of GET /work makes a pool of connections for each
// request, with its Close commented out; the list of pools, from which the
// service tells its metrics, keeps every one of them. Innocent: one pool is
// made when the service starts, and shared.
package main

import (
	"flag"
	"fmt"
	"net/http"
	"sync"
	"time"

	"../common"
	"github.com/gomodule/redigo/redis"
)

var port = flag.Int("redis-port", 6379, "of Redis, on 127.0.0.1")

// A pool with what its metrics are made from.
type connPool struct {
	redis.Pool
	waits     []time.Duration
	latencies []time.Duration
	counts    *[128]uint64
}

var (
	lock  sync.Mutex
	pools []*connPool
)

//go:noinline
func NewConnPool(address string) *connPool {
	pool := &connPool{}
	pool.waits = make([]time.Duration, 256)
	pool.latencies = make([]time.Duration, 256)
	pool.counts = new([128]uint64)
	pool.MaxIdle = 4
	pool.Dial = func() (redis.Conn, error) { return redis.Dial("tcp", address) }
	lock.Lock()
	defer lock.Unlock()
	pools = append(pools, pool)
	return pool
}

func (pool *connPool) work() error {
	connection := pool.Get()
	defer connection.Close() // goes back to its pool
	if _, err := connection.Do("PING"); err != nil {
		return err
	}
	_, err := connection.Do("GET", "work")
	return err
}

func main() {
	guilty := common.Guilty()
	address := fmt.Sprintf("127.0.0.1:%d", *port)
	shared := NewConnPool(address)
	http.HandleFunc("/work", func(reply http.ResponseWriter, _ *http.Request) {
		pool := shared
		if guilty {
			pool = NewConnPool(address)
			// defer pool.Close()
		}
		if err := pool.work(); err != nil {
			http.Error(reply, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprintln(reply, "worked")
	})
	common.Serve()
}

package netpoll_test

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// The acceptor takes a connection in the moment in which the listener closes: neither may wait for the other.
func TestServerShutdownWhileAccepting(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		for range soak(t, 5) {
			ln := listen()
			var came atomic.Int64
			v := &netpoll.Server{OnOpen: func(*netpoll.Stream) { came.Add(1) }, OnData: echo}
			done := make(chan error, 1)
			go func() { done <- v.Serve(ln) }()
			var clients sync.WaitGroup
			for range 4 {
				clients.Go(func() {
					for {
						c, err := net.Dial(ln.Addr().Network(), ln.Addr().String())
						if err != nil {
							return // closed, as it should be
						}
						c.Close()
					}
				})
			}
			eventually(t, "connections come", func() bool { return came.Load() > 20 })
			v.Shutdown(t.Context())
			select {
			case err := <-done:
				if !errors.Is(err, netpoll.ErrServerClosed) {
					t.Fatal(err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("Serve does not return")
			}
			clients.Wait()
		}
	})
}

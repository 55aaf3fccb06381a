package netpoll_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// Who waits for room may be one of the Stream's own workers, so OnWritable must not wait for those.
func TestServerRoomWhileWorking(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		full, room := make(chan struct{}), make(chan struct{}, 1)
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData: func(s *netpoll.Stream, p []byte) (int, error) {
				var err error
				for err == nil {
					_, err = s.Write(make([]byte, 64<<10))
				}
				close(full)
				return len(p), s.Go(func() []byte { <-room; return []byte("!") })
			},
			OnWritable: func(*netpoll.Stream) {
				select {
				case room <- struct{}{}:
				default:
				}
			},
		})
		c := dial(t, s.ln)
		io.WriteString(c, "x")
		<-full
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		buf := make([]byte, 64<<10)
		for n, last := 0, byte(0); last != '!'; last = buf[n-1] {
			var err error
			if n, err = c.Read(buf); err != nil {
				t.Fatal(err)
			}
		}
	})
}

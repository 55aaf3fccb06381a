package netpoll_test

import (
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// What a peer may have sent when it resets the connection.
var halfway = []string{"", "G", getHello[:20], getHello, getHello + getHello[:5], getHello + getHello, postTwo + "he"}

// Peers reset in every state a connection can be in; those that do not are served all the while, and the counters agree.
func TestResetStorm(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, corpusHandler, func(s *http.Server) {
		small(s)
		s.ConnState = func(c net.Conn, st http.ConnState) {
			if st == http.StateNew && c.RemoteAddr() == nil {
				t.Error("a connection without a peer")
			}
		}
	})
	var storm, honest sync.WaitGroup
	over := make(chan struct{})
	for range 2 {
		c := dial(t, l)
		honest.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-over:
					c.Close()
					return
				default:
				}
				c.SetDeadline(time.Now().Add(time.Minute)) // for this request: the storm may take longer
				if _, err := tryGet(c, "/hello"); err != nil {
					t.Errorf("request %d in the storm: %v", n, err)
					return
				}
			}
		})
	}
	for range 4 {
		storm.Go(func() {
			for range soak(t, 800) / 4 {
				if err := resets(l.Addr()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	storm.Wait()
	close(over)
	honest.Wait()
	eventually(t, "all closed", func() bool { return l.Stats().Open == 0 })
	s := l.Stats()
	if s.Parked != 0 || s.Parks != s.Wakes+s.Reaped || parks && (s.Wakes == 0 || s.Reaped == 0) {
		t.Errorf("%+v", s)
	}
}

// resets is one peer.
func resets(a net.Addr) error {
	c, err := net.Dial(a.Network(), a.String())
	if err != nil {
		return err
	}
	c.SetDeadline(time.Now().Add(20 * time.Second))
	if rand.IntN(2) == 0 {
		tryGet(c, "/hello")
		spin(time.Duration(rand.IntN(100)) * time.Microsecond)
	}
	io.WriteString(c, halfway[rand.IntN(len(halfway))])
	spin(time.Duration(rand.IntN(100)) * time.Microsecond)
	c.(*net.TCPConn).SetLinger(0)
	return c.Close()
}

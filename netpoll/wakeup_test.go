package netpoll_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// soak is how many rounds a race test has: HOTPATH_SOAK=1 runs the long form.
func soak(t *testing.T, n int) int { return soakTo(t, n, 100*n) }

func soakTo(t *testing.T, n, full int) int {
	switch {
	case os.Getenv("HOTPATH_SOAK") == "1":
		t.Logf("soak: %s, %d rounds", t.Name(), full)
		return full
	case raceEnabled, testing.Short():
		return max(1, n/10)
	}
	return n
}

// A byte that comes between the server's last Read and the arming of epoll must not be lost. The pauses sweep that gap.
func TestNoLostWakeup(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, hello)
	const clients = 4
	var wg sync.WaitGroup
	for i := range clients {
		c := dial(t, l)
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(i), 1))
			for n := range soakTo(t, 4000, 1_000_000) / clients {
				c.SetDeadline(time.Now().Add(30 * time.Second))
				if _, err := tryGet(c, "/"); err != nil {
					t.Errorf("client %d, request %d: %v; %+v", i, n, err, l.Stats())
					return
				}
				spin(time.Duration(rnd.IntN(30)) * time.Microsecond)
			}
		})
	}
	wg.Wait()
	if s := l.Stats(); parks && s.Wakes == 0 {
		t.Errorf("nothing was raced: %+v", s)
	}
}

// spin is a pause finer than the scheduler's.
func spin(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
	}
}

type connKey struct{}

// withConn lets handlers see the Conn.
func withConn(srv *http.Server) {
	srv.ConnContext = func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, connKey{}, c) }
}

func connOf(r *http.Request) netpoll.Conn { return r.Context().Value(connKey{}).(netpoll.Conn) }

// whoami answers with what the server believes of the connection.
var whoami = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	c := connOf(r)
	fmt.Fprintf(w, "%s %d %d", r.RemoteAddr, c.ID(), c.Served())
})

// No event may reach the wrong connection while fd numbers change hands all the time. The full count is a million parks.
func TestReusedFds(t *testing.T) {
	l := serve(t, &netpoll.Options{ParkAfter: soon}, whoami, withConn)
	ctx, cancel := context.WithCancel(t.Context())
	var churn, clients sync.WaitGroup
	for range 2 {
		churn.Go(func() { churnFds(ctx) })
	}
	for i := range 4 {
		clients.Go(func() {
			for range soakTo(t, 300, 160_000) / 4 {
				if err := life(l, i); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	clients.Wait()
	cancel()
	churn.Wait()
	eventually(t, "all closed", func() bool { return l.Stats().Open == 0 })
}

// life is one connection: it is told the same id and address every time, and its own count.
func life(l *netpoll.Listener, seed int) error {
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	id := ""
	for n := range 1 + rand.IntN(12) {
		got, err := tryGet(c, "/")
		if err != nil {
			return fmt.Errorf("request %d: %w; %+v", n, err, l.Stats())
		}
		f := strings.Fields(got)
		if n == 0 {
			id = f[1]
		}
		if f[0] != c.LocalAddr().String() || f[1] != id || f[2] != fmt.Sprint(n+1) {
			return fmt.Errorf("request %d of id %s from %s was answered as %q", n, id, c.LocalAddr(), got)
		}
		if (n+seed)%3 == 0 {
			time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
		}
	}
	return nil
}

// churnFds takes and returns fd numbers, with something to read behind some of them.
func churnFds(ctx context.Context) {
	for ctx.Err() == nil {
		r, w, err := os.Pipe()
		if err != nil {
			continue
		}
		io.WriteString(w, "not for you")
		w.Close()
		r.Close()
		time.Sleep(20 * time.Microsecond)
	}
}

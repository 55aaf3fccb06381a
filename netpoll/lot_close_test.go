//go:build linux && !portable

package netpoll

import (
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Close, CloseIdle, shedding and a timeout at the same moment end each connection once: a second close(2) of a number would
// be that of a file which has got the number since.
func TestEndsOnce(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(inner, &Options{ShedIdle: true})
	if err != nil {
		t.Fatal(err)
	}
	const n = 3 * pageLen
	var peers []int
	for range n {
		p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		peers = append(peers, p[1])
		l.count.open.Add(1)
		l.lot.park(p[0], record{}, moment(time.Since(l.start)+3*tick/2), nil)
	}
	time.Sleep(tick)
	stop := make(chan bool)
	var files, ends sync.WaitGroup
	files.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			f, err := os.Open(os.DevNull)
			if err == nil {
				err = f.Close()
			}
			if err != nil {
				t.Error("somebody closed a file that is not his:", err)
				return
			}
		}
	})
	ends.Go(func() {
		for range n / 4 {
			l.lot.shed()
		}
	})
	ends.Go(l.CloseIdle)
	ends.Go(func() { time.Sleep(tick / 2); l.Close() })
	ends.Wait()
	close(stop)
	files.Wait()
	if s := l.Stats(); s.Open != 0 || s.Parked != 0 {
		t.Errorf("%+v", s)
	}
	for _, fd := range peers {
		if n, err := unix.Read(fd, make([]byte, 1)); n != 0 || err != nil {
			t.Errorf("a peer reads %d, %v, want its end", n, err)
		}
		unix.Close(fd)
	}
}

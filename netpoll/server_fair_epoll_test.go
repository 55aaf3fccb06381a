//go:build linux && !portable

package netpoll_test

import (
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A loop that always has something to do leaves its processor to the rest of the process: with one for all, another
// connection's goroutine would else wait 10 ms for each byte, until the runtime steps in.
func TestServerSharesItsProcessor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	ln, plain := listenOn(t, "tcp"), listenOn(t, "tcp")
	defer plain.Close()
	var stop atomic.Bool
	var peer atomic.Int64 // its fd
	s := serveStreams(t, ln, &netpoll.Server{OnData: func(_ *netpoll.Stream, p []byte) (int, error) {
		if !stop.Load() { // so it is readable again before the loop has left this call, which the scheduler hears nothing of
			writeRaw(int(peer.Load()), p)
		}
		return len(p), nil
	}})
	c := dial(t, s.ln)
	f, err := c.(*net.TCPConn).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	peer.Store(int64(f.Fd()))
	c.Write([]byte("x"))
	defer stop.Store(true)
	go func() {
		if c, err := plain.Accept(); err == nil {
			io.Copy(c, c)
			c.Close()
		}
	}()
	other := dial(t, plain)
	defer other.Close()
	const asked = 100
	began, b := cpuTime(t), []byte("y") // the loop is never idle, so what an answer waits for it is CPU time of this process
	for range asked {
		other.Write(b)
		if _, err := io.ReadFull(other, b); err != nil {
			t.Fatal(err)
		}
	}
	if took := cpuTime(t) - began; took > asked*5*time.Millisecond {
		t.Errorf("%d answers beside a busy Server took %v of CPU", asked, took)
	}
}

func writeRaw(fd int, p []byte) {
	unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
}

package netpoll_test

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// Who was refused is told when there is room for what was refused, and not before: it would try in vain, again and again.
func TestServerRoomForWhatWasRefused(t *testing.T) {
	eachWire(t, func(t *testing.T, listen func() net.Listener) {
		piece := make([]byte, 90_000)
		var refused, taken atomic.Int64
		try := func(s *netpoll.Stream) {
			for taken.Load() < 200 {
				if _, err := s.Write(piece); err != nil {
					refused.Add(1)
					return
				}
				taken.Add(1)
			}
		}
		// What waits is seldom above HighWater: only the refusal makes OnWritable due.
		s := serveStreams(t, listen(), &netpoll.Server{
			OnData:     func(s *netpoll.Stream, p []byte) (int, error) { try(s); return len(p), nil },
			OnWritable: try,
			MaxQueue:   100_000,
			HighWater:  1 << 20,
		})
		c := dial(t, s.ln)
		io.WriteString(c, "x")
		eventually(t, "no more is tried once the kernel's buffers are full", func() bool {
			n := refused.Load()
			time.Sleep(50 * time.Millisecond)
			return n > 0 && n == refused.Load()
		})
		if n, err := io.CopyN(io.Discard, c, 200*int64(len(piece))); err != nil {
			t.Fatalf("%d bytes, %v; taken %d, refused %d times", n, err, taken.Load(), refused.Load())
		}
	})
}

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

//go:build linux && !portable && !race

package netpoll_test

import (
	"io"
	"testing"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A message that is answered from OnData costs no allocation.
func TestEchoAllocs(t *testing.T) {
	ln := listenOn(t, "tcp")
	v := &netpoll.Server{OnData: func(s *netpoll.Stream, p []byte) (int, error) {
		_, err := s.Write(p)
		return len(p), err
	}}
	done := make(chan error)
	go func() { done <- v.Serve(ln) }()
	t.Cleanup(func() {
		v.Close()
		<-done
	})
	c := dial(t, ln)
	buf := make([]byte, 64)
	if n := testing.AllocsPerRun(200, func() {
		c.Write(buf)
		if _, err := io.ReadFull(c, buf); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for each message, want 0", n)
	}
}

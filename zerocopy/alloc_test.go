//go:build !race

// The race detector allocates, so these are not built with it.

package zerocopy_test

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// drain reads all that comes, so that a sender never waits for long.
func drain(t testing.TB) net.Conn {
	server, client := pair(t, "tcp")
	done := make(chan struct{})
	go func() { defer close(done); io.Copy(io.Discard, client) }()
	t.Cleanup(func() { server.Close(); <-done })
	return server
}

func TestSendToAConnAllocatesNothing(t *testing.T) {
	f := tempFile(t, noise(10_000))
	for name, b := range map[string]*zerocopy.Body{
		"memory": zerocopy.NewBody(parts(noise(10_000), 16)...),
		"file":   zerocopy.NewBody(zerocopy.String("x"), zerocopy.File(f, 0, 10_000)),
	} {
		c := drain(t)
		if got := testing.AllocsPerRun(200, func() {
			if _, err := zerocopy.Send(c, b); err != nil {
				t.Error(err)
			}
		}); got != 0 {
			t.Errorf("%s: %v allocations; want 0", name, got)
		}
	}
}

// sink is a ResponseWriter that hands the body to a conn, as net/http does.
type sink struct {
	net.Conn
	h http.Header
}

func (s *sink) Header() http.Header                 { return s.h }
func (s *sink) WriteHeader(int)                     {}
func (s *sink) Flush()                              {}
func (s *sink) ReadFrom(r io.Reader) (int64, error) { return s.Conn.(io.ReaderFrom).ReadFrom(r) }

// A response costs one allocation of ours, the reader that net/http is handed:
// it may be kept by any wrapper on the way, so it cannot be reused. The two
// header values are net/http's own business; here they are set.
func TestSendOfAResponseAllocatesTheReaderOnly(t *testing.T) {
	b := zerocopy.NewBody(parts(noise(10_000), 16)...)
	w := &sink{drain(t), http.Header{"Content-Length": {"10000"}, "Content-Type": {"x/y"}}}
	if got := testing.AllocsPerRun(200, func() {
		if _, err := zerocopy.Send(w, b); err != nil {
			t.Error(err)
		}
	}); got > 1 {
		t.Errorf("%v allocations; want 1", got)
	}
}

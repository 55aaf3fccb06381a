package zerocopy_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A client on a slow line gets the whole body, though it takes several times
// the write timeout: every slice that goes out is progress. Against net/http's
// own deadline, which covers the response, this body is lost.
func TestWriteTimeoutMeasuresProgress(t *testing.T) {
	for name, b := range endless(t) {
		snd := sends["Reply"]
		if name == "piece" {
			snd = sends["Send"]
		}
		t.Run(name, func(t *testing.T) { t.Parallel(); measuresProgress(t, snd, b) })
	}
}

func measuresProgress(t *testing.T, snd send, b *zerocopy.Body) {
	sent := make(chan error, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).SetWriteDeadline(time.Now().Add(1500 * time.Millisecond))
		_, err := snd(w, r, b)
		sent <- err
	})
	c := s.dial(t)
	// Or the kernel takes what would be late.
	c.(*net.TCPConn).SetReadBuffer(256 << 10)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	buf, total, start := make([]byte, 1<<20), int64(0), time.Now()
	for {
		n, err := io.ReadFull(c, buf)
		if total += int64(n); err != nil {
			break
		}
		time.Sleep(60 * time.Millisecond)
	}
	if err := <-sent; err != nil || total < b.Len() {
		t.Errorf("%v; client got %d of %d bytes", err, total, b.Len())
	}
	if took := time.Since(start); took < 1800*time.Millisecond {
		t.Errorf("took %v: this test says nothing unless it is longer than the timeout", took)
	}
}

// A deadline set to end a send ends it, progress or not.
func TestProgressDoesNotUndoAnAbort(t *testing.T) {
	b := endless(t)["file"]
	server, client := pair(t, "tcp")
	server.SetWriteDeadline(time.Now().Add(time.Hour))
	go func() {
		io.CopyN(io.Discard, client, 8<<20) // so that there is progress
		server.SetWriteDeadline(time.Unix(1, 0))
		io.Copy(io.Discard, client)
	}()
	n, err := zerocopy.Send(server, b)
	server.Close()
	if !errors.Is(err, os.ErrDeadlineExceeded) || n == b.Len() {
		t.Errorf("sent %d, %v; want a part and ErrDeadlineExceeded", n, err)
	}
}

package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// tunnels answers CONNECT. Those that are open end with ctx.
type tunnels struct {
	ctx     context.Context
	dialer  *zerocopy.Dialer
	allowed map[string]bool
	open    sync.WaitGroup
}

// newTunnels allows the host:port named in connect, several by comma.
func newTunnels(ctx context.Context, connect string) *tunnels {
	t := &tunnels{ctx: ctx, dialer: &zerocopy.Dialer{}, allowed: map[string]bool{}}
	for host := range strings.SplitSeq(connect, ",") {
		if host = strings.TrimSpace(host); host != "" {
			t.allowed[host] = true
		}
	}
	return t
}

func (t *tunnels) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !t.allowed[r.Host] {
		http.Error(w, "no tunnel to there", http.StatusForbidden)
		return
	}
	up, err := t.dialer.DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, "the other end does not answer", http.StatusBadGateway)
		return
	}
	defer up.Close()
	t.open.Add(1) // before net/http forgets the conn: Shutdown waits up to here
	defer t.open.Done()
	down, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, "no tunnel on this connection", http.StatusHTTPVersionNotSupported)
		return
	}
	defer down.Close()
	defer context.AfterFunc(t.ctx, func() { up.Close(); down.Close() })()

	if _, err := io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	// A client need not wait for the answer: what net/http has read of it goes first.
	if _, err := io.CopyN(up, buffered, int64(buffered.Reader.Buffered())); err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { oneWay(down, up) })
	oneWay(up, down)
	back.Wait()
}

// oneWay copies until src ends and passes the end on; the other way may go on.
func oneWay(dst, src net.Conn) {
	_, err := zerocopy.Copy(dst, src)
	half, ok := dst.(interface{ CloseWrite() error })
	if err != nil || !ok || half.CloseWrite() != nil {
		// Nobody is there to be told in good order.
		dst.Close()
		src.Close()
	}
}

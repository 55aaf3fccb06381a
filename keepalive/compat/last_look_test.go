//go:build linux && !portable

package compat

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/keepalive"
)

// The idle timeout of fasthttp meets a request that is there already: its
// deadline is over before it waits, and only the policy's last look finds it.
func TestFasthttpServesARequestAtTheInstantOfItsIdleClose(t *testing.T) {
	p := &keepalive.Policy{IdleTimeout: 1, Grace: 1}
	waiting := make(chan struct{})
	url := serveFasthttp(t, p, func(ctx *fasthttp.RequestCtx) {
		if string(ctx.Path()) == "/1" {
			<-waiting
		}
	})
	c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = fmt.Fprint(c, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n")
	time.Sleep(20 * time.Millisecond) // the next must not come with it
	_, _ = fmt.Fprint(c, "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n")
	time.Sleep(20 * time.Millisecond)
	close(waiting)
	all, err := io.ReadAll(c)
	if n := strings.Count(string(all), "HTTP/1.1 200 OK"); n != 2 || err != nil {
		t.Errorf("%d answers, %v; want 2", n, err)
	}
}

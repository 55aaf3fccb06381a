package zerocopy_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A transport looks for the end of an upload after its last byte. By then the
// answer may have begun, and the server have closed the body.
func TestProxyTellsTheEndOfAnUploadTheServerClosed(t *testing.T) {
	const sent = "ten bytes!"
	to, _ := url.Parse("http://upstream")
	rp := httputil.NewSingleHostReverseProxy(to)
	rp.FlushInterval = -1
	answered, ended := make(chan struct{}), make(chan error, 1)
	rp.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		p := make([]byte, len(sent))
		if _, err := io.ReadFull(r.Body, p); err != nil || string(p) != sent {
			t.Errorf("%q, %v", p, err)
		}
		body, answer := io.Pipe()
		go func() {
			defer answer.Close()
			answer.Write([]byte("the answer"))
			<-answered
			_, err := r.Body.Read(p)
			ended <- err
		}()
		return &http.Response{StatusCode: 200, ProtoMajor: 1, ProtoMinor: 1, Request: r, Body: body, ContentLength: -1}, nil
	})
	proxy := serveAbove(t, func(c net.Conn) net.Conn { return c }, zerocopy.Proxy(rp).ServeHTTP)
	client := &http.Client{Transport: new(http.Transport)}
	t.Cleanup(client.CloseIdleConnections)
	resp, err := client.Post("http://"+proxy.Addr().String(), "x/y", strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	close(answered)
	if err := <-ended; err != io.EOF {
		t.Error("the read for the end of the upload:", err)
	}
	if p, err := io.ReadAll(resp.Body); string(p) != "the answer" || err != nil {
		t.Errorf("%q, %v", p, err)
	}
}

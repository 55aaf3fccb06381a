package zerocopy_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// Long bodies go from socket to socket, whichever way they go.
func ExampleProxy() {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		w.Write(make([]byte, 1_000_000))
	}))
	defer upstream.Close()
	to, _ := url.Parse(upstream.URL)

	dialer := &zerocopy.Dialer{}
	transport := &http.Transport{DialContext: dialer.DialContext}
	defer transport.CloseIdleConnections()
	rp := httputil.NewSingleHostReverseProxy(to)
	rp.Transport = transport

	front := httptest.NewUnstartedServer(zerocopy.Proxy(rp))
	front.Listener = zerocopy.NewListener(front.Listener)
	front.Start()
	defer front.Close()
	resp, err := front.Client().Get(front.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	n, _ := io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	fmt.Println(n)
	// Output: 1000000
}

func ExampleDialer() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ln.Close()
	dialer := &zerocopy.Dialer{}
	c, err := dialer.DialContext(context.Background(), "tcp", ln.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	zerocopy.Send(c, zerocopy.NewBody(zerocopy.String("GET "), zerocopy.String("/\r\n")))
	fmt.Println(dialer.Stats().Writes, "call,", dialer.Stats().WriteBytes, "bytes")
	// Output: 1 call, 7 bytes
}

package netpoll_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"

	"github.com/hotpath-go/hotpath/netpoll"
)

// TLS connections are parked with their session; the server is told nothing of TLS.
func ExampleListenTLS() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, tls.VersionName(r.TLS.Version)) })
	config := serverTLS // with Certificates, and NextProtos h2 and http/1.1 for HTTP/2

	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := netpoll.ListenTLS(inner, config, nil)
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Handler: handler}
	ln.Install(srv)
	go srv.Serve(ln)
	defer srv.Close()

	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	resp, err := client.Get("https://" + ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(string(body))
	// Output: TLS 1.3
}

// A server with net/http's states under a type of its own, as fasthttp.ConnState is.
func ExampleStateHook() {
	type connState int
	var server struct {
		ConnState func(net.Conn, connState)
	}

	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := netpoll.Listen(inner, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Close()
	server.ConnState = netpoll.StateHook[connState](ln)
	fmt.Println(server.ConnState != nil)
	// Output: true
}

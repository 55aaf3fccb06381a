package netpoll_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// childEnv holds the IdleTimeout of both of a child's servers.
const childEnv = "NETPOLL_TEST_CHILD"

// child is this test's binary as a program with a parking http.Server and a Server that echoes, so that what is done to its
// process is done to no other test. It ends when its standard input does.
func child() {
	idle, err := time.ParseDuration(os.Getenv(childEnv))
	if err != nil {
		log.Fatal(err)
	}
	inner, echoes := listenLocal(), listenLocal()
	l, err := netpoll.Listen(inner, &netpoll.Options{ParkAfter: soon, IdleTimeout: idle})
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{ErrorLog: quiet, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/stats" {
			json.NewEncoder(w).Encode(l.Stats())
			return
		}
		io.WriteString(w, "hello")
	})}
	l.Install(srv)
	go srv.Serve(l)
	go (&netpoll.Server{OnData: echo, IdleTimeout: idle}).Serve(echoes)
	fmt.Println(l.Addr(), echoes.Addr())
	io.Copy(io.Discard, os.Stdin)
}

func listenLocal() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	return l
}

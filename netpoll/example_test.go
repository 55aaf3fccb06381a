package netpoll_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// An unmodified http.Server whose idle connections are parked.
func Example() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })

	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := netpoll.Listen(inner, nil)
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Handler: handler, IdleTimeout: 3 * time.Minute}
	ln.Install(srv)
	go srv.Serve(ln)
	defer srv.Close()

	fmt.Println(fetch(ln.Addr()))
	// Output: hello
}

func fetch(a net.Addr) string {
	defer http.DefaultClient.CloseIdleConnections()
	resp, err := http.Get("http://" + a.String())
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return string(body)
}

func ExampleListen() {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := netpoll.Listen(inner, &netpoll.Options{ParkAfter: 250 * time.Millisecond, FirstByteTimeout: 5 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Close()
	fmt.Println(ln.Addr().Network(), ln.Stats().Open)
	// Output: tcp 0
}

// The zero value, and nil, park after one idle second.
func ExampleOptions() {
	o := netpoll.Options{IdleTimeout: time.Minute}
	fmt.Println(o.ParkAfter, o.IdleTimeout)
	// Output: 0s 1m0s
}

// A hook of one's own calls the Listener's.
func ExampleListener_ConnState() {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := netpoll.Listen(inner, nil)
	if err != nil {
		log.Fatal(err)
	}
	seen := make(chan http.ConnState, 8)
	srv := &http.Server{Handler: http.NotFoundHandler()}
	srv.ConnState = func(c net.Conn, s http.ConnState) {
		ln.ConnState(c, s)
		seen <- s
	}
	go srv.Serve(ln)
	defer srv.Close()
	fetch(ln.Addr())
	fmt.Println(<-seen, <-seen)
	// Output: new active
}

// Stats tells what is parked now and what has happened so far.
func ExampleStats() {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := netpoll.Listen(inner, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Close()
	s := ln.Stats()
	fmt.Printf("%d of %d connections parked, %d wakes\n", s.Parked, s.Open, s.Wakes)
	// Output: 0 of 0 connections parked, 0 wakes
}

// A handler reads the facts of its connection, which are the same across parks, by way of ConnContext.
func ExampleConn() {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ln, err := netpoll.Listen(inner, nil)
	if err != nil {
		log.Fatal(err)
	}
	type key struct{}
	srv := &http.Server{
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, key{}, c) },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := r.Context().Value(key{}).(netpoll.Conn)
			fmt.Fprintf(w, "connection %d, request %d", c.ID(), c.Served())
		}),
	}
	ln.Install(srv)
	go srv.Serve(ln)
	defer srv.Close()
	fmt.Println(fetch(ln.Addr()))
	// Output: connection 1, request 1
}

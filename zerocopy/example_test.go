package zerocopy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// The whole installation is the Listener; a handler answers with Reply.
func Example() {
	page := zerocopy.NewBody(
		zerocopy.String("<h1>Hello</h1>"),
		zerocopy.Bytes(make([]byte, 20_000)),
	)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		zerocopy.Reply(w, r, page)
	})

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(zerocopy.NewListener(ln), nil)
	defer ln.Close()

	resp, err := http.Get("http://" + ln.Addr().String())
	if err != nil {
		panic(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	fmt.Println(resp.Header.Get("Content-Type"), resp.ContentLength)
	// Output: text/html; charset=utf-8 20014
}

// A Body is made once and sent to any writer; bodies nest.
func ExampleBody() {
	head := zerocopy.NewBody(zerocopy.String("name: "), zerocopy.Bytes([]byte("gopher\n")))
	b := zerocopy.NewBody(head, zerocopy.String("bye\n"))
	fmt.Println(b.Len())
	b.WriteTo(os.Stdout)
	// Output:
	// 17
	// name: gopher
	// bye
}

// A file section leaves the file's offset alone: one open file serves all.
func ExampleFile() {
	f, err := os.CreateTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	io.WriteString(f, "only the middle counts")

	b := zerocopy.NewBody(zerocopy.File(f, 9, 6))
	b.WriteTo(os.Stdout)
	// Output: middle
}

// A Part is what a Body is made of.
func ExamplePart() {
	parts := []zerocopy.Part{zerocopy.String("a"), zerocopy.Bytes([]byte("b"))}
	parts = append(parts, zerocopy.NewBody(parts...))
	zerocopy.NewBody(parts...).WriteTo(os.Stdout)
	// Output: abab
}

// A Reader is one request's view; http.ServeContent answers ranges from it.
func ExampleReader() {
	b := zerocopy.NewBody(zerocopy.String("hello, "), zerocopy.String("world"))
	r := b.NewReader()
	r.Seek(7, io.SeekStart)
	io.Copy(os.Stdout, r)
	// Output: world
}

// The counters tell what the conns asked of the kernel.
func ExampleListener() {
	inner, client := oneTCP()
	ln := zerocopy.NewListener(inner)
	c, err := ln.Accept()
	if err != nil {
		panic(err)
	}
	zerocopy.Send(c, zerocopy.NewBody(zerocopy.String("three "), zerocopy.String("parts "), zerocopy.String("once\n")))
	c.Close()
	line, _ := bufio.NewReader(client).ReadString('\n')
	fmt.Print(line)
	fmt.Println(ln.Stats().Writes)
	// Output:
	// three parts once
	// 1
}

func ExampleStats() {
	s := zerocopy.Stats{Writes: 1, WriteBytes: 300, Sendfiles: 1, SendfileBytes: 1 << 20}
	fmt.Println(s.Writes+s.Gathers+s.Sendfiles, "calls for", s.WriteBytes+s.SendfileBytes, "bytes")
	// Output: 2 calls for 1048876 bytes
}

// Send is for where there is no request at hand, or no HTTP at all.
func ExampleSend() {
	w := httptest.NewRecorder()
	zerocopy.Send(w, zerocopy.NewBody(zerocopy.String("plain")))
	fmt.Println(w.Header().Get("Content-Length"), w.Body)
	// Output: 5 plain
}

// oneTCP is a listener with a client that has connected to it.
func oneTCP() (net.Listener, net.Conn) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	client, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		panic(err)
	}
	return ln, client
}

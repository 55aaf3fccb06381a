package netpoll_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A protocol of lines, answered in upper case.
func ExampleServer() {
	srv := &netpoll.Server{
		OnData: netpoll.Frames(netpoll.Delimiter{By: "\n", Max: 1024}.Split,
			func(s *netpoll.Stream, line []byte) error {
				_, err := s.Write(append(bytes.ToUpper(line), '\n'))
				return err
			}),
		IdleTimeout: 5 * time.Minute,
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go srv.Serve(ln)
	defer srv.Close()

	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "hello\n")
	line, _ := bufio.NewReader(c).ReadString('\n')
	fmt.Print(line)
	// Output: HELLO
}

// Slow work is handed to a worker; its answer keeps its place.
func ExampleStream() {
	srv := &netpoll.Server{
		OnData: func(s *netpoll.Stream, p []byte) (int, error) {
			s.Go(func() []byte { time.Sleep(10 * time.Millisecond); return []byte("slow, ") })
			io.WriteString(s, "fast")
			return len(p), s.Close()
		},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go srv.Serve(ln)
	defer srv.Close()

	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "?")
	answer, _ := io.ReadAll(c)
	fmt.Printf("%s\n", answer)
	// Output: slow, fast
}

func ExamplePanicError() {
	ended := make(chan error, 1)
	srv := &netpoll.Server{
		OnData:  func(*netpoll.Stream, []byte) (int, error) { panic("a bug") },
		OnClose: func(_ *netpoll.Stream, err error) { ended <- err },
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go srv.Serve(ln)
	defer srv.Close()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "?")
	fmt.Println(<-ended)
	// Output: netpoll: panic: a bug
}

func ExampleLengthPrefix() {
	l := netpoll.LengthPrefix{Size: 2, Max: 1024}
	b, _ := l.Append(nil, []byte("hello"))
	fmt.Printf("%q\n", b)
	n, frame, _ := l.Split(b, false)
	fmt.Printf("%d %s\n", n, frame)
	// Output:
	// "\x00\x05hello"
	// 7 hello
}

func ExampleDelimiter() {
	d := netpoll.Delimiter{By: "\r\n"}
	n, frame, _ := d.Split([]byte("hello\r\nwor"), false)
	fmt.Println(n, string(frame))
	// Output: 7 hello
}

func ExampleFrames() {
	onData := netpoll.Frames(bufio.ScanLines, func(s *netpoll.Stream, line []byte) error {
		_, err := fmt.Fprintf(s, "%s!\n", line)
		return err
	})
	srv := &netpoll.Server{OnData: onData}
	fmt.Println(srv.OnData != nil)
	// Output: true
}

package netpoll_test

import (
	"fmt"
	"io"
	"log"
	"net"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A connection that waits has no goroutine: one is started when it has something to say.
func ExamplePoller() {
	p, err := netpoll.NewPoller()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	here, there := connected()
	defer there.Close()

	done := make(chan struct{})
	read := func(w *netpoll.Watch) {
		buf := make([]byte, 64)
		n, err := here.Read(buf)
		if err != nil {
			w.Stop()
			here.Close()
			close(done)
			return
		}
		fmt.Printf("%s\n", buf[:n])
		w.SetDeadline(time.Now().Add(5 * time.Minute))
		w.Once(netpoll.Readable) // wait again
	}
	w, err := p.Watch(here, func(w *netpoll.Watch, ev netpoll.Event) { go read(w) })
	if err != nil {
		log.Fatal(err)
	}
	w.Once(netpoll.Readable)

	io.WriteString(there, "hello")
	there.Close()
	<-done
	// Output: hello
}

// A Watch without a function sends its events to a channel.
func ExampleWatch() {
	p, err := netpoll.NewPoller()
	if err != nil {
		log.Fatal(err)
	}
	defer p.Close()
	here, there := connected()
	defer here.Close()
	defer there.Close()

	w, err := p.Watch(here, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer w.Stop()
	w.SetDeadline(time.Now().Add(10 * time.Millisecond))
	w.Once(netpoll.Readable)
	fmt.Println(<-w.C)
	w.SetDeadline(time.Time{})
	w.Once(netpoll.Readable)
	io.WriteString(there, "hello")
	fmt.Println(<-w.C)
	// Output:
	// timeout
	// readable
}

func ExampleEvent() {
	ev := netpoll.Readable | netpoll.HangUp
	fmt.Println(ev, ev&netpoll.HangUp != 0)
	// Output: readable|hang-up true
}

func connected() (here, there net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	if there, err = net.Dial("tcp", l.Addr().String()); err != nil {
		log.Fatal(err)
	}
	if here, err = l.Accept(); err != nil {
		log.Fatal(err)
	}
	return here, there
}

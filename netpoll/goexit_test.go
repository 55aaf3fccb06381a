package netpoll_test

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

// A function that ends the loop's goroutine, as one that calls t.Fatal, would leave every other connection of it waiting for
// ever: the process says what has happened instead.
func TestGoexitIsSaid(t *testing.T) {
	if how := os.Getenv("NETPOLL_GOEXIT"); how != "" {
		exitIn(how)
		return
	}
	if testing.Short() { // an emulator runs the test, which cannot start the binary again
		return
	}
	t.Parallel()
	for _, how := range []string{"OnOpen", "OnData", "Go", "OnClose", "Watch"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestGoexitIsSaid$")
			cmd.Env = append(os.Environ(), "NETPOLL_GOEXIT="+how)
			out, err := cmd.CombinedOutput()
			if _, ok := errors.AsType[*exec.ExitError](err); !ok || !strings.Contains(string(out), "has called runtime.Goexit") {
				t.Errorf("%v, %s; want a panic that says so", err, out)
			}
		})
	}
}

// exitIn returns only if nobody has said anything.
func exitIn(how string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	if how == "Watch" {
		p, err := netpoll.NewPoller()
		if err != nil {
			panic(err)
		}
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			panic(err)
		}
		w, err := p.Watch(c, func(*netpoll.Watch, netpoll.Event) { runtime.Goexit() })
		if err != nil {
			panic(err)
		}
		if err := w.Once(netpoll.Writable); err != nil {
			panic(err)
		}
		time.Sleep(20 * time.Second)
		return
	}
	exit := func(here string) {
		if how == here {
			runtime.Goexit()
		}
	}
	v := &netpoll.Server{
		OnOpen: func(*netpoll.Stream) { exit("OnOpen") },
		OnData: func(s *netpoll.Stream, p []byte) (int, error) {
			exit("OnData")
			s.Go(func() []byte { exit("Go"); return nil })
			return len(p), nil
		},
		OnClose: func(*netpoll.Stream, error) { exit("OnClose") },
	}
	go v.Serve(ln)
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		panic(err)
	}
	io.WriteString(c, "x")
	if how == "OnClose" {
		c.Close()
	}
	time.Sleep(20 * time.Second)
}

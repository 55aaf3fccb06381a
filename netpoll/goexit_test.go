package netpoll_test

import (
	"errors"
	"io"
	"log"
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
			_, failed := errors.AsType[*exec.ExitError](err)
			if !failed || !strings.Contains(string(out), "has called runtime.Goexit") || strings.Contains(string(out), "unlocked mutex") {
				t.Errorf("%v, %s; want a panic that says so, and nothing else", err, out)
			}
		})
	}
}

// exitIn returns only if nobody has said anything.
func exitIn(how string) {
	ln := listenLocal()
	if how != "Watch" {
		go exiting(how).Serve(ln)
	}
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	switch how {
	case "Watch":
		watchAndExit(c)
	case "OnClose":
		c.Close()
	default:
		io.WriteString(c, "x")
	}
	time.Sleep(20 * time.Second)
}

// exiting is a Server whose function of that name ends its goroutine.
func exiting(how string) *netpoll.Server {
	exit := func(here string) {
		if how == here {
			runtime.Goexit()
		}
	}
	return &netpoll.Server{
		OnOpen: func(*netpoll.Stream) { exit("OnOpen") },
		OnData: func(s *netpoll.Stream, p []byte) (int, error) {
			exit("OnData")
			s.Go(func() []byte { exit("Go"); return nil })
			return len(p), nil
		},
		OnClose: func(*netpoll.Stream, error) { exit("OnClose") },
	}
}

func watchAndExit(c net.Conn) {
	p, err := netpoll.NewPoller()
	if err != nil {
		log.Fatal(err)
	}
	w, err := p.Watch(c, func(*netpoll.Watch, netpoll.Event) { runtime.Goexit() })
	if err == nil {
		err = w.Once(netpoll.Writable)
	}
	if err != nil {
		log.Fatal(err)
	}
}

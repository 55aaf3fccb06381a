//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

func runServer(kind string, after time.Duration) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: routes(), IdleTimeout: time.Hour}
	if kind == "netpoll" {
		l, err := netpoll.Listen(ln, &netpoll.Options{ParkAfter: after})
		if err != nil {
			return err
		}
		l.Install(srv)
		ln = l
	}
	fmt.Println(ln.Addr())
	return srv.Serve(ln)
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "Hello, World!") })
	mux.HandleFunc("/mem", func(w http.ResponseWriter, r *http.Request) {
		runtime.GC()
		debug.FreeOSMemory()
		rss, err := rssAnon()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, rss, runtime.NumGoroutine())
	})
	return mux
}

type reading struct{ rss, goroutines int }

// read takes a reading twice and keeps the second: the first returns what the load left behind.
func read(addr string, conns int) (r reading, err error) {
	time.Sleep(2500 * time.Millisecond) // longer than the default ParkAfter
	for range 2 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return r, err
		}
		body, err := ask(c, "/mem")
		c.Close()
		if err != nil {
			return r, err
		}
		if _, err := fmt.Sscan(body, &r.rss, &r.goroutines); err != nil {
			return r, fmt.Errorf("with %d connections: %q: %w", conns, body, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	return r, nil
}

func rssAnon() (int, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kb, err := strconv.Atoi(strings.Fields(v)[0])
			return kb * 1024, err
		}
	}
	return 0, errors.New("no RssAnon in /proc/self/status")
}

//go:build linux

package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A server is a process that listens on addr.
type server struct {
	kind, addr string
	cmd        *exec.Cmd
	pid        int
	all        map[int64]int64 // length of a response by size, its header included
}

// start makes the listening socket here, so that all are alike, and hands it on.
func start(kind, dir, cc string) *server {
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		c.Control(func(fd uintptr) { err = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, cc) })
		return err
	}}
	ln, err := lc.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	f, err := ln.(*net.TCPListener).File()
	if err != nil {
		log.Fatal(err)
	}
	s := &server{kind: kind, addr: ln.Addr().String(), all: map[int64]int64{}}
	self, _ := os.Executable()
	s.cmd = exec.Command("taskset", "-c", "1", self, "-serve", kind, "-dir", dir)
	if kind == "nginx" {
		s.cmd = exec.Command("taskset", "-c", "1", "nginx", "-e", "/dev/null", "-c", nginxConf(dir, s.addr))
		// nginx takes over listening sockets that it is told of, as on its upgrade.
		s.cmd.Env = append(os.Environ(), "NGINX=3;")
	}
	s.cmd.ExtraFiles, s.cmd.Stderr = []*os.File{f}, os.Stderr
	if err := s.cmd.Start(); err != nil {
		log.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond)
	ln.Close()
	f.Close()
	return s
}

func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// worker is the process that answers: nginx's child.
func (s *server) worker() int {
	if s.pid == 0 {
		s.pid = s.cmd.Process.Pid
		if s.kind == "nginx" {
			p, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", s.pid, s.pid))
			s.pid, _ = strconv.Atoi(strings.Fields(string(p) + " 0")[0])
		}
	}
	return s.pid
}

func nginxConf(dir, addr string) string {
	path := filepath.Join(dir, "nginx.conf")
	os.WriteFile(path, fmt.Appendf(nil, `daemon off; worker_processes 1; pid %s/nginx.pid; error_log /dev/null;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type application/octet-stream;
open_file_cache max=1000 inactive=600s; open_file_cache_valid 60s; etag on;
server { listen %s; root %s; } }
`, dir, addr, dir), 0o644)
	return path
}

// serve is the process of a Go server.
func serve(kind, dir string) {
	runtime.GOMAXPROCS(1)
	ln, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		log.Fatal(err)
	}
	if strings.HasPrefix(kind, "send-") {
		log.Fatal(serveSends(kind, dir, listener(kind, ln)))
	}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	log.Fatal(http.Serve(listener(kind, ln), handler(kind, dir, e)))
}

func listener(kind string, ln net.Listener) net.Listener {
	if strings.Contains(kind, "zerocopy") {
		return zerocopy.NewListener(ln)
	}
	return ln
}

func handler(kind, dir string, e *gin.Engine) http.Handler {
	if strings.HasPrefix(kind, "page") {
		return pages(kind, e)
	}
	if strings.HasPrefix(kind, "part") {
		return bodies(kind)
	}
	files, err := zerocopy.NewFiles(dir, nil)
	if err != nil {
		log.Fatal(err)
	}
	switch kind {
	case "net/http":
		return http.FileServer(http.Dir(dir))
	case "gin":
		e.StaticFS("/", http.Dir(dir))
	case "zerocopy-gin":
		e.NoRoute(func(c *gin.Context) { c.Status(http.StatusOK); files.ServeHTTP(c.Writer, c.Request) })
	case "zerocopy":
		return files
	}
	return e
}

// pages answers /N with a page of N bytes in three parts.
func pages(kind string, e *gin.Engine) http.Handler {
	bodies, parts := map[string]*zerocopy.Body{}, map[string][3][]byte{}
	for _, n := range []int{4 << 10, 64 << 10} {
		p := []byte(strings.Repeat("<p>text</p>\n", n/12+1)[:n])
		key := "/" + strconv.Itoa(n)
		parts[key] = [3][]byte{p[: n/3 : n/3], p[n/3 : n/2 : n/2], p[n/2:]}
		bodies[key] = zerocopy.NewBody(zerocopy.Bytes(p[:n/3]), zerocopy.Bytes(p[n/3:n/2]), zerocopy.Bytes(p[n/2:]))
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(kind, "zerocopy") {
			zerocopy.Reply(w, r, bodies[r.URL.Path])
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for _, p := range parts[r.URL.Path] {
			w.Write(p)
		}
	})
	if !strings.Contains(kind, "gin") {
		return h
	}
	e.GET("/:n", func(c *gin.Context) { h(c.Writer, c.Request) })
	return e
}

// bodies answers /N with N bytes of memory, in one part or in 16.
func bodies(kind string) http.Handler {
	all, parts := map[string]*zerocopy.Body{}, 1
	if kind == "parts-zerocopy" {
		parts = 16
	}
	for _, n := range []int{512, 4 << 10, 32 << 10} {
		all["/"+strconv.Itoa(n)] = inParts(make([]byte, n), parts)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, all[r.URL.Path]) })
}

func inParts(p []byte, count int) *zerocopy.Body {
	var parts []zerocopy.Part
	for i := range count {
		parts = append(parts, zerocopy.Bytes(p[len(p)*i/count:len(p)*(i+1)/count]))
	}
	return zerocopy.NewBody(parts...)
}

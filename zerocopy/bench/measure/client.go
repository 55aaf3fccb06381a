//go:build linux

package main

import (
	"bytes"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const conns = 16

// measure asks for size bytes over and over for about d.
func (s *server) measure(size int64, round int, d time.Duration) cell {
	var done atomic.Int64
	var wg sync.WaitGroup
	var clients []*client
	for range conns {
		c := dial(s.addr, size)
		defer c.Close()
		clients = append(clients, c)
	}
	cpu, began := s.cpu(), time.Now()
	for _, c := range clients {
		wg.Go(func() {
			for time.Since(began) < d {
				c.request()
				done.Add(1)
			}
		})
	}
	wg.Wait()
	took, used := time.Since(began), s.cpu()-cpu
	n := float64(done.Load())
	return cell{s.kind, size, round, n / took.Seconds(), float64(used.Microseconds()) / n}
}

// A client has one connection. Responses of one server for one size are all
// as long as the first, which is read with its header.
type client struct {
	net.Conn
	raw  syscall.RawConn
	req  []byte
	all  int64
	drop []byte
}

func dial(addr string, size int64) *client {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		log.Fatal(err)
	}
	raw, _ := c.(*net.TCPConn).SyscallConn()
	cl := &client{Conn: c, raw: raw, drop: make([]byte, 1<<20),
		req: fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", size)}
	cl.first(size)
	return cl
}

func (c *client) first(size int64) {
	c.Write(c.req)
	n, head := 0, -1
	for head < 0 {
		m, err := c.Read(c.drop[n:])
		if err != nil {
			log.Fatal(err)
		}
		n += m
		head = bytes.Index(c.drop[:n], []byte("\r\n\r\n"))
	}
	if !bytes.HasPrefix(c.drop, []byte("HTTP/1.1 200")) {
		log.Fatalf("%.300q", c.drop[:n])
	}
	c.all = int64(head) + 4 + size
	if bytes.Contains(c.drop[:head], []byte("chunked")) {
		c.all = c.chunked(n, head+4)
		return
	}
	c.rest(c.all - int64(n))
}

// chunked finds where a chunked response ends.
func (c *client) chunked(n, at int) int64 {
	for {
		if i := bytes.Index(c.drop[at:n], []byte("\r\n0\r\n\r\n")); i >= 0 {
			return int64(at + i + 7)
		}
		m, err := c.Read(c.drop[n:])
		if err != nil {
			log.Fatal(err)
		}
		n += m
	}
}

func (c *client) request() {
	if _, err := c.Write(c.req); err != nil {
		log.Fatal(err)
	}
	c.rest(c.all)
}

func (c *client) rest(left int64) {
	for left > 0 {
		var n int
		var err error
		rerr := c.raw.Read(func(fd uintptr) bool {
			n, _, err = unix.Recvfrom(int(fd), c.drop[:min(left, int64(len(c.drop)))], unix.MSG_TRUNC|unix.MSG_DONTWAIT)
			return err != unix.EAGAIN
		})
		if rerr != nil || err != nil || n == 0 {
			log.Fatal("receive: ", n, rerr, err)
		}
		left -= int64(n)
	}
}

// cpu is the processor time of all threads of the server.
func (s *server) cpu() (sum time.Duration) {
	files, _ := filepath.Glob("/proc/" + strconv.Itoa(s.worker()) + "/task/*/schedstat")
	for _, f := range files {
		p, _ := os.ReadFile(f)
		ns, _, _ := bytes.Cut(p, []byte(" "))
		n, _ := strconv.ParseInt(string(ns), 10, 64)
		sum += time.Duration(n)
	}
	return sum
}

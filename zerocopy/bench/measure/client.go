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
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// conns is how many connections ask at once; few for long bodies, or a cell
// takes longer than it should.
func conns(size int64) int {
	if size > 16<<20 {
		return 4
	}
	return 16
}

// measure asks for size bytes over and over for about d, on all conns at once,
// and returns the requests a second and the server's CPU for each.
// One thread does it by epoll, with two calls for a short response: a client
// that costs more than the server would be what is measured. It never sleeps,
// since waking it would be charged to the server, as no client elsewhere is.
func (s *server) measure(size int64, d time.Duration) (perSec, cpuMicros float64) {
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	check(err)
	defer unix.Close(ep)
	clients := make([]*client, conns(size))
	for i := range clients {
		c := dial(s.addr, size, s.all[size])
		defer c.close()
		s.all[size] = c.all
		clients[i] = c
		check(unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, c.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}))
	}
	cpu, began := s.cpu(), time.Now()
	for _, c := range clients {
		c.ask()
	}
	done := s.ask(ep, clients, began.Add(d))
	took, used := time.Since(began), s.cpu()-cpu
	n := float64(done)
	return n / took.Seconds(), float64(used.Microseconds()) / n
}

// ask goes on until a request that was made before end is the last of its conn.
func (s *server) ask(ep int, clients []*client, end time.Time) (done int) {
	events := make([]unix.EpollEvent, len(clients))
	for busy := len(clients); busy > 0; {
		n, err := unix.EpollWait(ep, events, 0)
		if err == unix.EINTR {
			continue
		}
		check(err)
		more := time.Now().Before(end)
		for _, e := range events[:n] {
			c := clients[e.Fd]
			if c.receive(unix.MSG_DONTWAIT); c.left > 0 {
				continue
			}
			done++
			if more {
				c.ask()
			} else {
				busy--
			}
		}
	}
	return done
}

// A client has one connection. Responses of one server for one size are all
// as long as the first of its first connection, which is read with its header.
type client struct {
	fd        int
	req       []byte
	all, left int64
}

func dial(addr string, size, all int64) *client {
	to, err := net.ResolveTCPAddr("tcp4", addr)
	check(err)
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	check(err)
	check(unix.Connect(fd, &unix.SockaddrInet4{Port: to.Port, Addr: [4]byte(to.IP.To4())}))
	c := &client{fd: fd, all: all, req: fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: x\r\n\r\n", size)}
	if all == 0 {
		c.first(size)
	}
	return c
}

func (c *client) close() { unix.Close(c.fd) }

func (c *client) first(size int64) {
	c.ask()
	buf := make([]byte, 1<<20)
	n, head := 0, -1
	for head < 0 {
		n += c.read(buf[n:])
		head = bytes.Index(buf[:n], []byte("\r\n\r\n"))
	}
	if !bytes.HasPrefix(buf, []byte("HTTP/1.1 200")) {
		log.Fatalf("%.300q", buf[:n])
	}
	c.all = int64(head) + 4 + size
	if !bytes.Contains(buf[:head], []byte("chunked")) {
		c.left = c.all - int64(n)
		c.rest()
		return
	}
	for at := head + 4; ; n += c.read(buf[n:]) {
		if i := bytes.Index(buf[at:n], []byte("\r\n0\r\n\r\n")); i >= 0 {
			c.all = int64(at + i + 7)
			return
		}
	}
}

func (c *client) read(p []byte) int {
	n, err := unix.Read(c.fd, p)
	if n <= 0 || err != nil {
		log.Fatal("receive: ", n, err)
	}
	return n
}

// request asks and waits for the whole response.
func (c *client) request() {
	c.ask()
	c.rest()
}

func (c *client) ask() {
	n, err := unix.Write(c.fd, c.req)
	if n != len(c.req) {
		log.Fatal("send: ", n, err)
	}
	c.left = c.all
}

func (c *client) rest() {
	for c.left > 0 {
		c.receive(0)
	}
}

// trash is never written to: the kernel drops what MSG_TRUNC takes, see tcp(7).
var trash [4 << 20]byte

func (c *client) receive(flags int) {
	n, _, err := unix.Syscall6(unix.SYS_RECVFROM, uintptr(c.fd), uintptr(unsafe.Pointer(&trash)),
		uintptr(min(c.left, int64(len(trash)))), uintptr(unix.MSG_TRUNC|flags), 0, 0)
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
	case err != 0 || n == 0:
		log.Fatal("receive: ", n, err)
	default:
		c.left -= int64(n)
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
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

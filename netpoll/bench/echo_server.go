//go:build linux

package main

import (
	"fmt"
	"log"
	"net"
	"runtime"

	cloudwego "github.com/cloudwego/netpoll"
	"github.com/panjf2000/gnet/v2"
	"golang.org/x/sys/unix"

	"context"

	"github.com/hotpath-go/hotpath/netpoll"
)

// echoServers answer with what they are sent. Each runs in a process of its own.
var echoServers = map[string]func(net.Listener) error{
	"netpoll":   func(ln net.Listener) error { return ourEcho().Serve(ln) },
	"reuseport": func(ln net.Listener) error { return reuseport(ourEcho(), ln) },
	"goroutine": goroutines,
	"gnet": func(ln net.Listener) error {
		addr := ln.Addr().String()
		ln.Close()
		return gnet.Run(&gnetEcho{addr: addr}, "tcp://"+addr, gnet.WithMulticore(true))
	},
	"cloudwego": func(ln net.Listener) error {
		loop, err := cloudwego.NewEventLoop(func(_ context.Context, c cloudwego.Connection) error {
			r, w := c.Reader(), c.Writer()
			p, err := r.Next(r.Len())
			if err != nil {
				return err
			}
			w.WriteBinary(p)
			if err := w.Flush(); err != nil {
				return err
			}
			return r.Release()
		})
		if err != nil {
			return err
		}
		return loop.Serve(ln)
	},
	"epoll": bareEpoll,
}

func goroutines(ln net.Listener) error {
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		go func() {
			buf := make([]byte, 4096)
			for {
				n, err := c.Read(buf)
				if err != nil {
					c.Close()
					return
				}
				c.Write(buf[:n])
			}
		}()
	}
}

func ourEcho() *netpoll.Server {
	return &netpoll.Server{OnData: func(s *netpoll.Stream, p []byte) (int, error) {
		_, err := s.Write(p)
		return len(p), err
	}}
}

type gnetEcho struct {
	gnet.BuiltinEventEngine
	addr string
}

// OnBoot says where the server is: what is accepted before by the listener it replaces is reset.
func (e *gnetEcho) OnBoot(gnet.Engine) gnet.Action {
	fmt.Println(e.addr)
	if err := servePlain(); err != nil {
		log.Print(err)
		return gnet.Shutdown
	}
	return gnet.None
}

func (*gnetEcho) OnTraffic(c gnet.Conn) gnet.Action {
	p, _ := c.Next(-1)
	c.Write(p)
	return gnet.None
}

// bareEpoll is a thread for each core that does nothing but epoll_wait, read and write: no limits, no deadlines, no
// partial writes.
func bareEpoll(ln net.Listener) error {
	var fds []int
	for range runtime.GOMAXPROCS(0) {
		fd, err := unix.EpollCreate1(0)
		if err != nil {
			return err
		}
		fds = append(fds, fd)
		go spinEpoll(fd)
	}
	for n := 0; ; n++ {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		fd, err := ownFD(c)
		c.Close()
		if err != nil {
			return err
		}
		ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)}
		if err := unix.EpollCtl(fds[n%len(fds)], unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
			return err
		}
	}
}

func spinEpoll(epfd int) {
	runtime.LockOSThread()
	events, buf := make([]unix.EpollEvent, 256), make([]byte, 64<<10)
	for {
		n, _ := unix.EpollWait(epfd, events, -1)
		for _, ev := range events[:max(n, 0)] {
			n, err := unix.Read(int(ev.Fd), buf)
			if n <= 0 && err != unix.EAGAIN {
				unix.Close(int(ev.Fd))
			} else if n > 0 {
				unix.Write(int(ev.Fd), buf[:n])
			}
		}
	}
}

func runEcho(kind string) error {
	serve, ok := echoServers[kind]
	if !ok {
		return fmt.Errorf("no echo server %q", kind)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if kind != "gnet" && kind != "reuseport" { // those listen anew
		fmt.Println(ln.Addr())
		if err := servePlain(); err != nil {
			return err
		}
	}
	return serve(ln)
}

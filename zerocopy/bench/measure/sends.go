//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// The servers send-* answer with a header and a body on the conn itself, without
// net/http: by Send of a Body, and by each way a Go program has to send the same
// bytes. They are the sweep that the thresholds of the module have to stand.

// material is what the ways of one server need to answer one path.
type material struct {
	size  int64
	path  string
	head  []byte
	parts [16][]byte
	m     *zerocopy.Mapping
	file  *os.File
	body  *zerocopy.Body
}

// A sending writes one response. buf is the conn's own, and so is f, which is at its start.
type sending func(c net.Conn, x *material, f *os.File, buf []byte) error

var sendings = map[string]sending{
	"send-zerocopy-parts":   sendBody,
	"send-zerocopy-file":    sendBody,
	"send-zerocopy-mapping": sendBody,
	"send-writev": func(c net.Conn, x *material, _ *os.File, _ []byte) error {
		bufs := append(make(net.Buffers, 0, 17), x.head)
		bufs = append(bufs, x.parts[:]...)
		_, err := bufs.WriteTo(c)
		return err
	},
	"send-joined": func(c net.Conn, x *material, _ *os.File, buf []byte) error {
		buf = append(buf[:0], x.head...)
		for _, p := range x.parts {
			for len(p) > 0 {
				if len(buf) == cap(buf) {
					if _, err := c.Write(buf); err != nil {
						return err
					}
					buf = buf[:0]
				}
				n := min(len(p), cap(buf)-len(buf))
				buf, p = append(buf, p[:n]...), p[n:]
			}
		}
		_, err := c.Write(buf)
		return err
	},
	"send-sendfile": sendFile,
	"send-memfd":    sendFile,
	"send-read": func(c net.Conn, x *material, f *os.File, buf []byte) error {
		n := copy(buf[:cap(buf)], x.head)
		for off := int64(0); off < x.size; n = 0 {
			m, err := f.ReadAt(buf[n:min(int64(cap(buf)), int64(n)+x.size-off)], off)
			if err != nil {
				return err
			}
			if _, err := c.Write(buf[:n+m]); err != nil {
				return err
			}
			off += int64(m)
		}
		return nil
	},
	"send-write": func(c net.Conn, x *material, _ *os.File, _ []byte) error {
		bufs := net.Buffers{x.head, x.m.Bytes()}
		_, err := bufs.WriteTo(c)
		return err
	},
}

func sendBody(c net.Conn, x *material, _ *os.File, _ []byte) error {
	_, err := zerocopy.Send(c, x.body)
	return err
}

func sendFile(c net.Conn, x *material, f *os.File, _ []byte) error {
	if _, err := c.Write(x.head); err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := c.(*net.TCPConn).ReadFrom(&io.LimitedReader{R: f, N: x.size})
	return err
}

func serveSends(kind, dir string, ln net.Listener) error {
	var mu sync.Mutex
	var now *material
	get := func(size int64) *material { // sizes come one after the other: only one is kept
		mu.Lock()
		defer mu.Unlock()
		if now == nil || now.size != size {
			now = load(kind, dir, size)
		}
		return now
	}
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		go answer(c, sendings[kind], get)
	}
}

// answer serves requests of one path.
func answer(c net.Conn, send sending, get func(int64) *material) {
	defer c.Close()
	var x *material
	var f *os.File
	req, buf := make([]byte, 100), make([]byte, 0, 64<<10)
	for {
		n, err := c.Read(req)
		if err != nil {
			return
		}
		if x == nil {
			path, _, _ := strings.Cut(strings.TrimPrefix(string(req[:n]), "GET /"), " ")
			size, _ := strconv.ParseInt(path, 10, 64)
			if x = get(size); x.path != "" { // a file offset of its own
				f, err = os.Open(x.path)
				check(err)
				defer f.Close()
			}
		}
		if err := send(c, x, f, buf); err != nil {
			return
		}
	}
}

func load(kind, dir string, size int64) *material {
	path := filepath.Join(dir, strconv.FormatInt(size, 10))
	p, err := os.ReadFile(path)
	check(err)
	x := &material{size: size, path: path,
		head: fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Padding: %s\r\n\r\n", size, bytes.Repeat([]byte{'x'}, 150))}
	list := []zerocopy.Part{zerocopy.Bytes(x.head)}
	switch kind {
	case "send-zerocopy-file":
		x.file, err = os.Open(path)
		check(err)
		list = append(list, zerocopy.File(x.file, 0, size))
	case "send-zerocopy-mapping", "send-write", "send-memfd":
		x.m, err = zerocopy.MapBytes(p)
		check(err)
		list = append(list, x.m)
		if kind == "send-memfd" {
			x.path = memfdPath(size)
		}
	default:
		for i := range x.parts {
			x.parts[i] = p[int(size)*i/16 : int(size)*(i+1)/16]
			list = append(list, zerocopy.Bytes(x.parts[i]))
		}
	}
	x.body = zerocopy.NewBody(list...)
	return x
}

// memfdPath finds the sealed copy of a Mapping among this process's files: it is
// opened again for an offset of its own.
func memfdPath(size int64) (path string) {
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range fds {
		name := "/proc/self/fd/" + fd.Name()
		to, _ := os.Readlink(name)
		if fi, err := os.Stat(name); err == nil && strings.Contains(to, "memfd:zerocopy") && fi.Size() == size {
			path = name
		}
	}
	if path == "" {
		log.Fatal("no memfd")
	}
	return path
}

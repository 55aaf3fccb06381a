//go:build linux

package main

import (
	"bytes"
	"fmt"
	"net"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// runFloor answers one request on each connection and then holds nothing but its fd. For the one that asks /shutdown it
// closes them all on every core, as fast as close(2) can.
func runFloor() error {
	ln, err := net.Listen("tcp", *listenOn)
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	var fds []int
	b := make([]byte, 4096)
	for {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		n, err := c.Read(b)
		if err != nil {
			return err
		}
		if bytes.HasPrefix(b[:n], []byte("GET /shutdown ")) {
			break
		}
		fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, World!")
		fd, err := ownFD(c)
		if err != nil {
			return err
		}
		c.Close()
		fds = append(fds, fd)
	}
	began := time.Now()
	var parts sync.WaitGroup
	for part := range slices.Chunk(fds, len(fds)/runtime.GOMAXPROCS(0)+1) {
		parts.Go(func() {
			for _, fd := range part {
				unix.Close(fd)
			}
		})
	}
	parts.Wait()
	fmt.Println(time.Since(began))
	return nil
}

//go:build linux

// Idlecost measures what an idle keep-alive connection costs a process that runs an http.Server, with and without
// netpoll. It starts a server process for each and opens the connections from this one.
//
//	go run ./internal/idlecost            # from the netpoll folder
//
// It prints one line for each server: anonymous resident memory with 2,000 and with 9,000 connections, after a
// garbage collection, and the slope between them, which is free of the process's own size.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

func main() {
	serve := flag.String("serve", "", "run as the server: nethttp or netpoll")
	few := flag.Int("few", 2000, "connections at the first reading")
	many := flag.Int("many", 9000, "connections at the second reading")
	after := flag.Duration("park-after", 0, "netpoll.Options.ParkAfter; 0 is its default")
	flag.Parse()
	if *serve != "" {
		log.Fatal(runServer(*serve, *after))
	}
	fmt.Println("server    connections  RssAnon kB  goroutines  |  connections  RssAnon kB  goroutines  |  bytes per connection")
	for _, kind := range []string{"nethttp", "netpoll"} {
		if err := measure(kind, *after, *few, *many); err != nil {
			log.Fatal(err)
		}
	}
}

func measure(kind string, after time.Duration, few, many int) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(exe, "-serve", kind, "-park-after", after.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return err
	}
	return load(kind, strings.TrimSpace(line), few, many)
}

func load(kind, addr string, few, many int) error {
	if err := warm(addr); err != nil {
		return err
	}
	a, err := fillTo(addr, few, nil)
	if err != nil {
		return err
	}
	at, err := read(addr, few)
	if err != nil {
		return err
	}
	b, err := fillTo(addr, many, a)
	if err != nil {
		return err
	}
	end, err := read(addr, many)
	if err != nil {
		return err
	}
	for _, c := range b {
		c.Close()
	}
	slope := float64(end.rss-at.rss) / float64(many-few)
	fmt.Printf("%-9s %11d %11d %11d  | %12d %11d %11d  | %10.0f\n",
		kind, few, at.rss/1024, at.goroutines, many, end.rss/1024, end.goroutines, slope)
	return nil
}

// warm serves and closes 64 connections, so that the pools of net/http are filled before the first reading.
func warm(addr string) error {
	conns, err := fillTo(addr, 64, nil)
	for _, c := range conns {
		c.Close()
	}
	return err
}

// fillTo opens connections, one request on each, until there are n.
func fillTo(addr string, n int, conns []net.Conn) ([]net.Conn, error) {
	for i := len(conns); i < n; i++ {
		// A source address for every 4,000 connections: one address would make connect(2) search for ports.
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i/4000))}}
		c, err := d.Dial("tcp", addr)
		if err != nil {
			return conns, err
		}
		conns = append(conns, c)
		if _, err := ask(c, "/"); err != nil {
			return conns, err
		}
	}
	return conns, nil
}

func ask(c net.Conn, path string) (string, error) {
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		return "", err
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

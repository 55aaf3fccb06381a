//go:build linux

package main

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// process is a server under measurement.
type process struct {
	cmd  *exec.Cmd
	out  *bufio.Reader
	addr string
	tls  bool
	net  byte // 127.0.net.x is where its connections come from, unless it is behind a link

	behind *link // where it and the holders of its connections are, if not here

	settle time.Duration // see settled
}

func start(kind string, args ...string) (*process, error) { return startIn(nil, kind, args...) }

// startIn starts a server at one end of l.
func startIn(l *link, kind string, args ...string) (*process, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{behind: l, tls: strings.HasSuffix(kind, "tls"), settle: time.Second}
	space := ""
	if l != nil {
		space = l.servers
	}
	p.cmd = inside(space, append([]string{exe, "-serve", kind}, args...)...)
	if strings.HasSuffix(kind, "fasthttp") {
		p.settle = 2500 * time.Millisecond
	}
	p.cmd.Stderr = os.Stderr
	p.cmd.Env = append(os.Environ(), "GNET_LOGGING_LEVEL=2") // to where its address is expected, otherwise
	pipe, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(pipe)
	line, err := p.out.ReadString('\n')
	p.addr = strings.TrimSpace(line)
	return p, err
}

func (p *process) stop() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// dial uses a source address for every 4,000 connections: one alone would make connect(2) search for ports.
func (p *process) dial(i int) (net.Conn, error) {
	from := net.IPv4(127, 0, p.net, byte(2+i/4000))
	if strings.HasPrefix(p.addr, near) {
		from = net.ParseIP(fmt.Sprintf(farAway, 2+i/4000))
	}
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}}
	c, err := d.Dial("tcp", p.addr)
	if err != nil || !p.tls {
		return c, err
	}
	return tls.Client(c, &tls.Config{InsecureSkipVerify: true}), nil
}

// fill opens connections, one request on each, until there are n.
func (p *process) fill(conns []net.Conn, n int) ([]net.Conn, error) {
	for i := len(conns); i < n; i++ {
		c, err := p.dial(i)
		if err != nil {
			return conns, err
		}
		conns = append(conns, c)
		if _, err := ask(c, "/"); err != nil {
			return conns, fmt.Errorf("connection %d: %w", i, err)
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
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

func (p *process) facts(path string) (f facts, err error) {
	c, err := p.dial(0)
	if err != nil {
		return f, err
	}
	defer c.Close()
	body, err := ask(c, path)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal([]byte(body), &f)
}

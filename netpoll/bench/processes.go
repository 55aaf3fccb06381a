//go:build linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

// crowd is one of several servers that hold their connections at the same time, and its reading when it came last.
type crowd struct {
	Conns       int
	Empty, Full facts
	Each        float64 // bytes for each connection
}

// processes starts server after server, each with a client process of its own: 20,000 fds are the most that one process
// may have where this was written.
func processes(_, scale int, _ string) (any, error) {
	var rows []crowd
	for i := range 6 {
		p, err := start("netpoll-nethttp", "-peak")
		if err != nil {
			return nil, err
		}
		defer p.stop()
		p.net = byte(i)
		row := crowd{Conns: 18000 / scale}
		if err := p.warm(); err != nil {
			return nil, err
		}
		if row.Empty, err = p.settled(); err != nil {
			return nil, err
		}
		h, err := p.hold(row.Conns)
		if err != nil {
			return nil, err
		}
		defer h.release()
		if row.Full, err = p.settled(); err != nil {
			return nil, err
		}
		row.Each = float64(row.Full.RssAnon-row.Empty.RssAnon) / float64(row.Conns)
		rows = append(rows, row)
	}
	return rows, nil
}

// holder is another process, in which connections are.
type holder struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// hold fills p from another process.
func (p *process) hold(n int) (*holder, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	space := ""
	if p.behind != nil {
		space = p.behind.clients
	}
	cmd := inside(space, exe, "-hold", p.addr, strconv.Itoa(n), strconv.Itoa(int(p.net)))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	h := &holder{cmd, in}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		h.release()
		return nil, fmt.Errorf("the holder of connections: %w", err)
	}
	return h, nil
}

// shutdown sends the request that ends the server. Its answer is not read.
func (h *holder) shutdown() error {
	_, err := fmt.Fprintln(h.in)
	return err
}

func (h *holder) release() {
	h.in.Close()
	h.cmd.Wait()
}

// holdFor is that process. A line on its input has it ask for /shutdown; it ends with its input.
func holdFor(addr, n, net string) error {
	count, err := strconv.Atoi(n)
	if err != nil {
		return err
	}
	b, err := strconv.Atoi(net)
	if err != nil {
		return err
	}
	p := &process{addr: addr, net: byte(b)}
	conns, err := p.fill(nil, count)
	if err != nil {
		return err
	}
	defer closeAll(conns)
	last, err := p.dial(0)
	if err != nil {
		return err
	}
	defer last.Close()
	fmt.Println("holding", len(conns))
	if in := bufio.NewScanner(os.Stdin); in.Scan() {
		if _, err := io.WriteString(last, shutdownRequest); err != nil {
			return err
		}
		in.Scan()
	}
	return nil
}

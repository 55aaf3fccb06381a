package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// Client is the load client's process, seen from this one. Not safe for
// concurrent use.
type Client struct {
	cmd  *exec.Cmd
	kids *Children
	in   io.WriteCloser
	enc  *json.Encoder
	dec  *json.Decoder
}

// startClient runs this same program in its other role.
func startClient(kids *Children) (*Client, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, clientRole)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := kids.start(cmd); err != nil {
		return nil, fmt.Errorf("start the load client: %w", err)
	}
	return &Client{cmd, kids, in, json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))}, nil
}

// do has the client run one command. It needs no deadline of its own: the client
// bounds each command, and a client that is killed ends its stdout.
func (c *Client) do(cmd Command) (Reply, error) {
	var r Reply
	if err := c.enc.Encode(cmd); err != nil {
		return r, fmt.Errorf("load client: %w", err)
	}
	if err := c.dec.Decode(&r); err != nil {
		return r, fmt.Errorf("load client: %w", err)
	}
	if r.Error != "" {
		return r, errors.New("load client: " + r.Error)
	}
	return r, nil
}

// open connects and asks once on each connection. Anything less than all of them
// is an error: no round could be compared.
func (c *Client) open(addr string, conns int, list []Target) (Reply, error) {
	r, err := c.do(Command{Op: "open", Addr: addr, Conns: conns, Targets: list})
	if err == nil && r.Requests != uint64(conns) {
		err = fmt.Errorf("load client: %d of %d connections opened: %s", r.Requests, conns, r.FirstFailure)
	}
	return r, err
}

// stop closes the client's stdin, which is its sign to leave.
func (c *Client) stop() {
	c.in.Close()
	end := time.AfterFunc(3*time.Second, func() { c.cmd.Process.Kill() })
	defer end.Stop()
	c.cmd.Wait()
	c.kids.forget(c.cmd.Process)
}

// serveCommands is the load client itself: a line in, a line out, until stdin
// ends. It holds nothing that outlives its process.
func serveCommands(stdin io.Reader, stdout io.Writer) int {
	dec, enc := json.NewDecoder(bufio.NewReader(stdin)), json.NewEncoder(stdout)
	var f Fleet
	defer f.shut()
	for {
		var cmd Command
		if err := dec.Decode(&cmd); err != nil {
			if errors.Is(err, io.EOF) {
				return 0
			}
			fmt.Fprintln(os.Stderr, "compare: load client:", err)
			return 1
		}
		if err := enc.Encode(f.do(cmd)); err != nil {
			return 1
		}
	}
}

package main

import (
	"bufio"
	"net"
	"time"
)

// Conn is one keep-alive connection of the load client, speaking HTTP/1.1 by hand:
// what a client library costs would be taken from the server, on the same cores.
// One goroutine at a time owns it.
type Conn struct {
	id      int
	addr    string
	targets []Target

	nc     net.Conn // nil between a failure and the next request
	br     *bufio.Reader
	asked  int     // requests sent so far; chooses the next target
	target *Target // of the request under way

	latency    Histogram
	requests   uint64
	failures   uint64
	reconnects uint64
	first      error // the first failure
	row        int   // failures in a row
}

// tooManyFailures in a row: the server is gone or answers nothing right.
const tooManyFailures = 20

// connect dials unless connected. Whatever was buffered belonged to the old one.
func (c *Conn) connect() error {
	if c.nc != nil {
		return nil
	}
	nc, err := net.DialTimeout("tcp", c.addr, 5*time.Second)
	if err != nil {
		return err
	}
	if c.br == nil {
		c.br = bufio.NewReaderSize(nc, 4096)
	} else {
		c.reconnects++
		c.br.Reset(nc)
	}
	c.nc = nc
	return nc.SetDeadline(time.Now().Add(30 * time.Second))
}

// send writes the next request.
func (c *Conn) send() error {
	c.target = pick(c.targets, c.id, c.asked)
	c.asked++
	if err := c.connect(); err != nil {
		return err
	}
	_, err := c.nc.Write(c.target.Raw)
	return err
}

// receive reads the whole answer and compares it. A server may close after an
// answer if it says so; that is a reconnect, not a failure.
func (c *Conn) receive() error {
	last, err := readAnswer(c.br, c.target.Body)
	if last && err == nil {
		c.close()
	}
	return err
}

// settle books the outcome of one request, begun (or due) at since.
func (c *Conn) settle(since time.Time, err error) time.Time {
	now := time.Now()
	if err == nil {
		c.requests++
		c.row = 0
		c.latency.Record(now.Sub(since))
		return now
	}
	c.failures++
	c.row++
	if c.first == nil {
		c.first = err
	}
	c.close() // the position in the stream is lost
	return now
}

// ask is one request from start to end.
func (c *Conn) ask(since time.Time) time.Time {
	err := c.send()
	if err == nil {
		err = c.receive()
	}
	return c.settle(since, err)
}

func (c *Conn) givenUp() bool { return c.row >= tooManyFailures }

func (c *Conn) close() {
	if c.nc != nil {
		c.nc.Close()
		c.nc = nil
	}
}

// begin clears the books for a new command and bounds every read in it.
func (c *Conn) begin(until time.Time) {
	c.latency = Histogram{}
	c.requests, c.failures, c.reconnects, c.first, c.row = 0, 0, 0, nil, 0
	if c.nc != nil {
		c.nc.SetDeadline(until)
	}
}

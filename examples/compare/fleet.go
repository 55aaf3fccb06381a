package main

import (
	"errors"
	"sync"
	"time"
)

// Fleet is the load client's set of connections to one server. Not safe for
// concurrent use: commands come one at a time.
type Fleet struct {
	conns []*Conn
}

// grace is how long after a command's time an answer may still come. A later one
// is a failure, and the command ends all the same.
const grace = 5 * time.Second

// openers bounds how many connections are dialled, or asked once, at a time.
const openers = 64

// do runs one command and sums up what the connections saw.
func (f *Fleet) do(cmd Command) Reply {
	start := time.Now()
	for _, c := range f.conns {
		c.begin(start.Add(cmd.For + grace))
	}
	var late Histogram
	switch cmd.Op {
	case "open":
		if len(cmd.Targets) < 2 {
			return Reply{Error: "open: no targets"}
		}
		f.open(cmd)
		f.once()
	case "once":
		f.once()
	case "closed":
		f.closed(cmd.Conns, start.Add(cmd.For))
	case "paced":
		f.paced(start, cmd.Rate, cmd.For, &late)
	case "shut":
		f.shut()
	default:
		return Reply{Error: "unknown command " + cmd.Op}
	}
	return f.sum(time.Since(start), &late)
}

func (f *Fleet) open(cmd Command) {
	f.shut()
	for i := range cmd.Conns {
		f.conns = append(f.conns, &Conn{id: i, addr: cmd.Addr, targets: cmd.Targets})
	}
}

// once asks one request on each connection, dialling those that have none.
func (f *Fleet) once() {
	work := make(chan *Conn)
	var wg sync.WaitGroup
	for range min(openers, len(f.conns)) {
		wg.Go(func() {
			for c := range work {
				c.ask(time.Now())
			}
		})
	}
	for _, c := range f.conns {
		work <- c
	}
	close(work)
	wg.Wait()
}

// closed has the first n connections (0: all) ask again as soon as they are
// answered. The end of one request is the start of the next, so no time goes
// missing between them.
func (f *Fleet) closed(n int, end time.Time) {
	if n == 0 {
		n = len(f.conns)
	}
	var wg sync.WaitGroup
	for _, c := range f.conns[:min(n, len(f.conns))] {
		wg.Go(func() {
			for now := time.Now(); now.Before(end) && !c.givenUp(); {
				now = c.ask(now)
			}
		})
	}
	wg.Wait()
}

func (f *Fleet) shut() {
	for _, c := range f.conns {
		c.close()
	}
	f.conns = nil
}

// sum is called when no connection runs.
func (f *Fleet) sum(took time.Duration, late *Histogram) Reply {
	r := Reply{Seconds: took.Seconds(), Late: late.Summary()}
	var all Histogram
	var first error
	for _, c := range f.conns {
		r.Requests += c.requests
		r.Failures += c.failures
		r.Reconnects += c.reconnects
		all.Add(&c.latency)
		first = errors.Join(first, c.first)
	}
	r.Latency = all.Summary()
	if first != nil {
		r.FirstFailure = first.Error()[:min(len(first.Error()), 200)]
	}
	return r
}

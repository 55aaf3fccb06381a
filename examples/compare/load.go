package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Bench is one variant under load: its server, and the load client's targets for it.
type Bench struct {
	variant string
	server  *Server
	web     *http.Client
	targets []Target
}

const (
	// warm is how long connections work before a round's figures begin.
	warm = 150 * time.Millisecond
	// traced is how long the load under strace lasts.
	traced = 700 * time.Millisecond
	// flushed is how long buffered log lines may take to be written.
	flushed = 300 * time.Millisecond
)

// load measures everything that needs requests: both servers stay up, one is
// loaded at a time.
func (e *Experiment) load(ctx context.Context) error {
	client, err := startClient(e.kids)
	if err != nil {
		return err
	}
	defer client.stop()
	var benches [len(variants)]*Bench
	return e.bench(ctx, variants[0], &benches, func() error {
		return e.bench(ctx, variants[1], &benches, func() error {
			return e.rounds(ctx, client, &benches)
		})
	})
}

// bench keeps a server up while f runs.
func (e *Experiment) bench(ctx context.Context, variant string, into *[len(variants)]*Bench, f func() error) error {
	return e.serve(ctx, variant, func(s *Server, web *http.Client) error {
		list, err := targets(ctx, web, s.Addr, e.accounts[variant])
		if err != nil {
			return err
		}
		into[index(variant)] = &Bench{variant, s, web, list}
		return f()
	})
}

func (e *Experiment) rounds(ctx context.Context, client *Client, benches *[len(variants)]*Bench) error {
	turn := func(phase string, rounds int, f func(*Bench) (*Sample, error)) error {
		e.say("%s: %d rounds of each variant", phase, rounds)
		for i := range rounds {
			for place, v := range order(i) {
				b := benches[index(v)]
				b.server.truncateLog()
				s, err := f(b)
				if err != nil {
					return fmt.Errorf("%s: %w", v, err)
				}
				s.Phase, s.Round, s.Variant, s.First = phase, i, v, place == 0
				e.rep.add(*s)
			}
		}
		return ctx.Err()
	}
	if err := turn("syscalls", e.tracedRounds(), func(b *Bench) (*Sample, error) { return e.syscalls(ctx, client, b) }); err != nil {
		return err
	}
	d, err := e.fit()
	if err != nil {
		return err
	}
	if err := turn("closed", e.cfg.Rounds, func(b *Bench) (*Sample, error) { return e.closed(ctx, client, b, d) }); err != nil {
		return err
	}
	rate := e.rep.halfOfPlain()
	return turn("paced", e.cfg.Rounds, func(b *Bench) (*Sample, error) { return e.paced(ctx, client, b, d, rate) })
}

// fit shortens the rounds to what is left, if it must, and says so in the report.
func (e *Experiment) fit() (time.Duration, error) {
	const around = warm + 150*time.Millisecond // connecting, reading figures
	const ending = 5 * time.Second             // both servers drain
	each := (e.left()-ending)/time.Duration(2*len(variants)*e.cfg.Rounds) - around
	d := min(e.cfg.Duration, each.Truncate(time.Millisecond))
	if d < 50*time.Millisecond {
		return 0, fmt.Errorf("%d rounds: %w", e.cfg.Rounds, errNoTime)
	}
	e.rep.Round = d
	return d, nil
}

// errNoTime ends a run, or stands in rows given up for the sake of the load.
var errNoTime = errors.New("no time left: build identity first and use -identity")

// tracedRounds: three, or as many as a short budget allows.
func (e *Experiment) tracedRounds() int {
	n := int(min(max((e.left()-25*time.Second)/(5*time.Second), 0), 3))
	if n == 0 {
		e.rep.missing("syscalls", errNoTime)
	}
	return n
}

// warmed opens the connections and lets them work.
func (e *Experiment) warmed(client *Client, b *Bench) error {
	if _, err := client.open(b.server.Addr, e.cfg.Conns, b.targets); err != nil {
		return err
	}
	_, err := client.do(Command{Op: "closed", For: min(warm, e.cfg.Duration)})
	return err
}

// syscalls counts the calls of one load under strace. The wait after it lets
// what the server writes behind its answers (a buffered log) be counted too.
func (e *Experiment) syscalls(ctx context.Context, client *Client, b *Bench) (*Sample, error) {
	s := &Sample{}
	if err := e.warmed(client, b); err != nil {
		return s, err
	}
	out := filepath.Join(e.dir, "strace.out")
	os.Remove(out) // the last round's must not be read for this one's
	trace, err := traceWrites(ctx, e.kids, b.server.cmd.Process.Pid, out)
	if err != nil {
		e.rep.missing("syscalls", err)
		return s, ctx.Err()
	}
	s.Reply, err = client.do(Command{Op: "closed", For: min(traced, e.cfg.Duration)})
	if err == nil {
		err = pause(ctx, flushed)
	}
	calls, bad := trace.stop()
	if err != nil {
		return s, err
	}
	if bad != nil || s.Reply.Requests == 0 {
		e.rep.missing("syscalls", bad)
		return s, nil
	}
	s.Calls = make(map[string]float64)
	var sum float64
	for name, n := range calls {
		s.Calls[name] = float64(n) / float64(s.Reply.Requests)
		sum += s.Calls[name]
	}
	s.Figures = map[string]float64{"syscalls": sum}
	return s, nil
}

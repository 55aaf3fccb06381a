package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// memory measures what idle connections hold, on fresh processes: a heap that
// load has grown would hide them.
func (e *Experiment) memory(ctx context.Context) error {
	idle, err := idleAllowed(e.cfg.Idle)
	if err != nil {
		e.rep.missing("idle_mb", err)
		e.rep.missing("idle_conn_kb", err)
		return nil
	}
	e.rep.Idle = idle
	// Ten seconds each, at least one, and never at the cost of the load.
	samples := int(min(max((e.left()-50*time.Second)/(10*time.Second), 1), 3))
	for i := range samples {
		e.say("memory with %d idle connections, %d of %d", idle, i+1, samples)
		var got [len(variants)]*Sample
		err := both(func(v string) error {
			return e.serve(ctx, v, func(s *Server, web *http.Client) (err error) {
				got[index(v)], err = e.idle(ctx, s, web, v, idle)
				return err
			})
		})
		if err != nil {
			return err
		}
		for _, s := range got {
			s.Round = i
			e.rep.add(*s)
		}
	}
	return nil
}

// idle opens the connections, asks once on each, waits, reads, and then asks once
// more on each: a server that had closed them would have been cheap for nothing.
func (e *Experiment) idle(ctx context.Context, s *Server, web *http.Client, variant string, conns int) (*Sample, error) {
	list, err := targets(ctx, web, s.Addr, e.accounts[variant])
	if err != nil {
		return nil, err
	}
	client, err := startClient(e.kids)
	if err != nil {
		return nil, err
	}
	defer client.stop()
	if err := pause(ctx, e.cfg.Settle/4); err != nil {
		return nil, err
	}
	before, err := rssAnon(s.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	if _, err := client.open(s.Addr, conns, list); err != nil {
		return nil, err
	}
	if err := pause(ctx, e.cfg.Settle); err != nil {
		return nil, err
	}
	after, err := rssAnon(s.cmd.Process.Pid)
	if err != nil {
		return nil, err
	}
	alive, err := client.do(Command{Op: "once"})
	if err == nil && alive.Reconnects > 0 {
		err = fmt.Errorf("%d of %d idle connections had been closed by the server", alive.Reconnects, conns)
	}
	sample := &Sample{Phase: "memory", Variant: variant, Reply: alive, Figures: map[string]float64{
		"idle_before_mb": float64(before) / 1e6,
		"idle_mb":        float64(after) / 1e6,
		"idle_conn_kb":   float64(max(after-before, 0)) / 1e3 / float64(conns),
	}}
	return sample, err
}

func index(variant string) int {
	if variant == variants[0] {
		return 0
	}
	return 1
}

// pause is a sleep that a signal ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

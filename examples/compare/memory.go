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
	// Some eleven seconds each, and never at the cost of the load.
	samples := int(min(max((e.left()-45*time.Second)/(11*time.Second), 0), 3))
	idle, err := idleAllowed(e.cfg.Idle)
	if err == nil && samples == 0 {
		err = errNoTime
	}
	if err != nil {
		for _, key := range []string{"idle_mb", "idle_conn_kb", "busy_mb", "busy_conn_kb"} {
			e.rep.missing(key, err)
		}
		return nil
	}
	e.rep.Idle = idle
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

// busy connections, in the second reading, work while the others are idle. A
// server with no traffic at all does not collect its garbage for two minutes: what
// it holds is what the burst of connecting left. One with traffic has collected,
// and has grown its heap to match. Both are true, so both are rows.
const busy = 4

// idle reads the memory of a server without and with idle connections. Each of
// them has asked once, and asks once more at the end: a server that had closed
// them would have been cheap for nothing.
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
	pid, settle := s.cmd.Process.Pid, e.cfg.Settle
	if _, err := client.open(s.Addr, busy, list); err != nil {
		return nil, err
	}
	before, err := worked(client, settle/2, pid)
	if err != nil {
		return nil, err
	}
	if _, err := client.open(s.Addr, busy+conns, list); err != nil {
		return nil, err
	}
	if err := pause(ctx, settle); err != nil {
		return nil, err
	}
	quiet, err := rssAnon(pid)
	if err != nil {
		return nil, err
	}
	after, err := worked(client, settle, pid)
	if err != nil {
		return nil, err
	}
	alive, err := client.do(Command{Op: "once"})
	if err == nil && alive.Reconnects > 0 {
		err = fmt.Errorf("%d of %d idle connections had been closed by the server", alive.Reconnects, conns)
	}
	each := func(rss int64) float64 { return float64(max(rss-before, 0)) / 1e3 / float64(conns) }
	return &Sample{Phase: "memory", Variant: variant, Reply: alive, Figures: map[string]float64{
		"before_mb":    float64(before) / 1e6,
		"idle_mb":      float64(quiet) / 1e6,
		"idle_conn_kb": each(quiet),
		"busy_mb":      float64(after) / 1e6,
		"busy_conn_kb": each(after),
	}}, err
}

// worked lets the busy connections work for a while, then reads RssAnon.
func worked(client *Client, d time.Duration, pid int) (int64, error) {
	if _, err := client.do(Command{Op: "closed", Conns: busy, For: d}); err != nil {
		return 0, err
	}
	return rssAnon(pid)
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

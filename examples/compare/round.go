package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Sample is one round of one variant: what the load client saw, and the figures
// that the table's rows are made of, by the row's key.
type Sample struct {
	Phase   string             `json:"phase"`
	Round   int                `json:"round"`
	Variant string             `json:"variant"`
	First   bool               `json:"first"` // of its pair
	Reply   Reply              `json:"client"`
	Figures map[string]float64 `json:"figures,omitempty"`
	Calls   map[string]float64 `json:"calls_per_request,omitempty"`
}

// closed is one round at full speed, with the server's own costs around it.
func (e *Experiment) closed(ctx context.Context, client *Client, b *Bench, d time.Duration) (*Sample, error) {
	s := &Sample{}
	if err := e.warmed(client, b); err != nil {
		return s, err
	}
	cost, err := e.costs(ctx, b, func() (uint64, error) {
		var err error
		s.Reply, err = client.do(Command{Op: "closed", For: d})
		return s.Reply.Requests, err
	})
	if err != nil {
		return s, err
	}
	s.Figures = figures(cost, map[string]float64{
		"req_s":  float64(s.Reply.Requests) / s.Reply.Seconds,
		"p50_us": micros(s.Reply.Latency.P50),
		"p99_us": micros(s.Reply.Latency.P99),
	})
	return s, nil
}

// paced is one round at a rate that both variants can serve.
func (e *Experiment) paced(ctx context.Context, client *Client, b *Bench, d time.Duration, rate float64) (*Sample, error) {
	s := &Sample{}
	if err := e.warmed(client, b); err != nil {
		return s, err
	}
	if err := pause(ctx, 50*time.Millisecond); err != nil { // let the warm-up's queue and GC pass
		return s, err
	}
	var err error
	s.Reply, err = client.do(Command{Op: "paced", For: d, Rate: rate})
	s.Figures = map[string]float64{
		"paced_p50_us": micros(s.Reply.Latency.P50),
		"paced_p99_us": micros(s.Reply.Latency.P99),
		"late_p99_us":  micros(s.Reply.Late.P99),
	}
	return s, err
}

// costs brackets f with the server's CPU clock and its allocation counters. The
// clock is read innermost, so that reading the counters is not charged; requests
// are the load client's count.
func (e *Experiment) costs(ctx context.Context, b *Bench, f func() (uint64, error)) (map[string]float64, error) {
	pid := b.server.cmd.Process.Pid
	before, err := readStats(ctx, b)
	if err != nil {
		return nil, err
	}
	cpu0, _ := cpuTime(pid)
	n, err := f()
	if err != nil {
		return nil, err
	}
	cpu1, noCPU := cpuTime(pid)
	after, err := readStats(ctx, b)
	if err != nil {
		return nil, err
	}
	served := float64(after.Requests - before.Requests)
	if n == 0 || served < float64(n) {
		return nil, fmt.Errorf("the server counts %.0f requests where the client had %d answers", served, n)
	}
	m := map[string]float64{
		"allocs":      float64(after.Mallocs-before.Mallocs) / served,
		"alloc_bytes": float64(after.TotalAlloc-before.TotalAlloc) / served,
	}
	if e.rep.missing("cpu_us", noCPU); noCPU == nil {
		m["cpu_us"] = micros(cpu1-cpu0) / served
	}
	return m, nil
}

// ServerStats is what GET /debug/stats gives under -debug: runtime.MemStats'
// counters and the requests served.
type ServerStats struct {
	Mallocs    uint64 `json:"mallocs"`
	TotalAlloc uint64 `json:"total_alloc"`
	Requests   uint64 `json:"requests"`
}

func readStats(ctx context.Context, b *Bench) (s ServerStats, err error) {
	status, _, body, err := exchange(ctx, b.web, "GET", "http://"+b.server.Addr+"/debug/stats", "", nil)
	if err != nil {
		return s, err
	}
	if status != http.StatusOK {
		return s, fmt.Errorf("GET /debug/stats: status %d: %.200s", status, body)
	}
	return s, json.Unmarshal(body, &s)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

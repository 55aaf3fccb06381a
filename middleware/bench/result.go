package bench

import (
	"runtime"
	"time"
)

// Results is one run, as it is kept in results.
type Results struct {
	Go, OS string
	CPUs   int
	Rounds int
	Slice  string
	Rows   []*Row
}

// Row is one peer on one case: a figure for each round.
type Row struct {
	Case, Name string
	Ours       bool
	Nanos      []float64
	Allocs     float64 // for each request, the highest of all rounds
	Bytes      float64
	loop       func(int)
	batch      int
}

// Rows are all there is to measure, in the order of the tables.
func Rows() (rows []*Row) {
	for _, c := range Cases() {
		for _, p := range Peers() {
			rows = append(rows, &Row{Case: c.Name, Name: p.Name, Ours: p.Ours, loop: c.Loop(p)})
		}
	}
	for _, w := range Wrappers() {
		rows = append(rows, &Row{Case: "wrapper", Name: w.Name, Ours: w.Ours, loop: w.Loop})
	}
	for _, works := range [][]Work{Stacks(), Logs(), Counts(), Limits()} {
		for _, w := range works {
			rows = append(rows, &Row{Case: w.Case, Name: w.Name, Ours: w.Ours, loop: w.Loop})
		}
	}
	for _, s := range Swaps() {
		rows = append(rows, &Row{Case: "replacement", Name: s.Name, Ours: true, loop: s.Loop})
	}
	for _, a := range AddressTables() {
		rows = append(rows, &Row{Case: a.Case, Name: a.Name, Ours: a.Ours, loop: a.loop()})
	}
	return rows
}

// Measure runs the row once, for about slice, after a warm-up that fills caches and pools.
func (r *Row) Measure(slice time.Duration) {
	if r.batch == 0 {
		r.batch = calibrate(r.loop, slice)
	}
	r.loop(r.batch / 8)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	r.loop(r.batch)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	n := float64(r.batch)
	r.Nanos = append(r.Nanos, round(float64(took.Nanoseconds())/n))
	r.Allocs = max(r.Allocs, round(float64(after.Mallocs-before.Mallocs)/n))
	r.Bytes = max(r.Bytes, round(float64(after.TotalAlloc-before.TotalAlloc)/n))
}

func calibrate(loop func(int), slice time.Duration) int {
	for n := 256; ; n *= 2 {
		start := time.Now()
		loop(n)
		if took := time.Since(start); took > slice/4 {
			return max(8, int(float64(n)*float64(slice)/float64(took)))
		}
	}
}

func round(f float64) float64 { return float64(int(f*100+0.5)) / 100 }

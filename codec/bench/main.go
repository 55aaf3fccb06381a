// Command bench measures codec beside its peers: each pair of operation and
// document, all libraries in turn, round by round, in one process. It prints
// one line of JSON for each measurement, which ./report reads.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Row is one library's result for one operation on one document.
type Row struct {
	Op, Doc, Peer string
	Valid         bool
	Bytes         int
	Allocs        float64
	AllocBytes    float64
	// Nanos has one value for each round.
	Nanos []float64
}

// Run describes the circumstances of the rows after it.
type Run struct {
	Go, Machine, Command string
	Rounds               int
	Slice                string
}

// operations in the order of the tables.
var operations = []string{"append", "marshal", "unmarshal", "reuse"}

func main() {
	rounds := flag.Int("rounds", 9, "rounds")
	slice := flag.Duration("slice", 8*time.Millisecond, "time of one measurement")
	ops := flag.String("ops", strings.Join(operations, ","), "operations")
	docs := flag.String("docs", "", "documents; none means all")
	only := flag.String("peers", "", "libraries; none means all")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	if err := run(*rounds, *slice, *ops, *docs, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(rounds int, slice time.Duration, ops, names, only string) error {
	docs, err := documents()
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	head := Run{runtime.Version(), machine(), strings.Join(append([]string{"bench"}, os.Args[1:]...), " "), rounds, slice.String()}
	if err := out.Encode(head); err != nil {
		return err
	}
	for _, op := range strings.Split(ops, ",") {
		for _, d := range docs {
			if names != "" && !strings.Contains(","+names+",", ","+d.name+",") {
				continue
			}
			rows, err := compare(op, d, rounds, slice, only)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := out.Encode(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func machine() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name\t: "); ok {
			return fmt.Sprintf("%d × %s", runtime.NumCPU(), strings.TrimSpace(name))
		}
	}
	return runtime.GOARCH
}

// compare measures all libraries in alternation: what slows one round down
// slows all of them down.
func compare(op string, d document, rounds int, slice time.Duration, only string) ([]*Row, error) {
	var rows []*Row
	var works []func() error
	var counts []int
	for _, p := range peers {
		if only != "" && !strings.Contains(","+only+",", ","+p.name+",") {
			continue
		}
		work, err := p.work(op, d)
		if err != nil {
			return nil, fmt.Errorf("%s %s %s: %w", p.name, op, d.name, err)
		}
		row := &Row{Op: op, Doc: d.name, Peer: p.name, Valid: p.valid, Bytes: len(d.data)}
		n, err := calibrate(work, slice)
		if err != nil {
			return nil, fmt.Errorf("%s %s %s: %w", p.name, op, d.name, err)
		}
		row.Allocs, row.AllocBytes = allocations(work)
		rows, works, counts = append(rows, row), append(works, work), append(counts, n)
	}
	for range rounds {
		for i, work := range works {
			runtime.GC()
			start := time.Now()
			for range counts[i] {
				if err := work(); err != nil {
					return nil, err
				}
			}
			rows[i].Nanos = append(rows[i].Nanos, float64(time.Since(start).Nanoseconds())/float64(counts[i]))
		}
	}
	return rows, nil
}

// work is one operation of one library.
func (p *peer) work(op string, d document) (func() error, error) {
	v := d.make[p.types]()
	if err := p.unmarshal(d.data, v); err != nil {
		return nil, err
	}
	switch op {
	case "append":
		buf := make([]byte, 0, 2*len(d.data))
		return func() error { _, err := p.appendTo(buf, v); return err }, nil
	case "marshal":
		return func() error { _, err := p.marshal(v); return err }, nil
	case "unmarshal":
		return func() error { return p.unmarshal(d.data, d.make[p.types]()) }, nil
	case "reuse":
		return func() error { return p.unmarshal(d.data, v) }, nil
	}
	return nil, fmt.Errorf("no operation %q", op)
}

// calibrate finds how often work fits a slice of time, and warms it up.
func calibrate(work func() error, slice time.Duration) (int, error) {
	for n := 1; ; n *= 2 {
		start := time.Now()
		for range n {
			if err := work(); err != nil {
				return 0, err
			}
		}
		if took := time.Since(start); took > slice/2 {
			return max(1, int(float64(n)*float64(slice)/float64(took))), nil
		}
	}
}

func allocations(work func() error) (count, bytes float64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const n = 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		_ = work()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / n, float64(after.TotalAlloc-before.TotalAlloc) / n
}

package metrics

import (
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// classes are the values of the label code.
var classes = [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

func class(status int) int {
	if c := status / 100; c < len(classes) {
		return c
	}
	return 0
}

// route holds the counts of one pattern. A request counts in a cell of its shard, class and bucket, the last one for what is longer than all
// limits. A shard is counted in by few processors at a time, and has cache lines of its own.
//
// A cell has the requests that came since it was emptied in its upper bits, and the nanoseconds they took in its lower ones, so that one
// locked instruction, which is most of what counting costs, does both. What a cell does not hold goes to totals, with all that was in it.
type route struct {
	pattern string
	row     int // cells in a class
	stride  int // cells in a shard
	cells   []atomic.Uint64

	mu     sync.Mutex // who holds it sees no cell being emptied; guards totals
	totals []total    // a row for each class
}

type total struct{ count, nanos uint64 }

const (
	nanosBits = 44
	one       = 1 << nanosBits // request
	nanosMask = one - 1
	// full are the highest bits of both numbers: a cell that would have one is emptied.
	full = 1<<63 | one>>1
)

// line is how many cells two cache lines hold, which some processors fetch together. An allocation of this size is aligned to it.
const line = 16

func (m *Metrics) newRoute(pattern string) *route {
	row := len(m.buckets) + 1
	stride := (len(classes)*row + line - 1) / line * line
	return &route{
		pattern: pattern, row: row, stride: stride,
		cells: make([]atomic.Uint64, int(m.shards)*stride), totals: make([]total, len(classes)*row),
	}
}

// add counts a request, and reports whether another one was being counted in its cell.
func (r *route) add(shard uint32, class, bucket int, took time.Duration) (crowded bool) {
	at := class*r.row + bucket
	cell := &r.cells[int(shard)*r.stride+at]
	for took < one>>1 {
		old := cell.Load()
		sum := old + one + uint64(took)
		if sum&full != 0 {
			break
		}
		if cell.CompareAndSwap(old, sum) {
			return crowded
		}
		crowded = true
	}
	r.spill(cell, at, took)
	return crowded
}

// spill counts a request in totals, with what its cell holds: one in 500,000, or in two hours of requests.
func (r *route) spill(cell *atomic.Uint64, at int, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := cell.Swap(0)
	t := &r.totals[at]
	t.count += held>>nanosBits + 1
	t.nanos += held&nanosMask + uint64(took)
}

// read adds up a class. The count is that of the buckets read, so that a histogram always agrees with itself.
func (r *route) read(class int, into *Series) {
	r.mu.Lock()
	defer r.mu.Unlock()
	nanos := uint64(0)
	for i := range into.Within {
		at := class*r.row + i
		sum := r.totals[at]
		for ; at < len(r.cells); at += r.stride {
			held := r.cells[at].Load()
			sum.count += held >> nanosBits
			sum.nanos += held & nanosMask
		}
		into.Count += sum.count
		into.Within[i] = into.Count
		nanos += sum.nanos
	}
	into.Sum = time.Duration(nanos & math.MaxInt64)
	into.Within = into.Within[:len(into.Within)-1]
}

package main

import (
	"math/bits"
	"time"
)

const (
	subBits = 6 // 64 steps in each octave: a quantile is at most 1.6 % too high
	octaves = 36
)

// Histogram counts durations in buckets that are linear within each power of two.
// Not safe for concurrent use: each connection owns one, and they are merged when
// the connections have stopped. The zero value is empty.
type Histogram struct {
	counts [octaves << subBits]uint32
	n      uint64
	max    time.Duration
}

// Summary is what a Histogram leaves in a Reply, in nanoseconds.
type Summary struct {
	Count uint64        `json:"count"`
	P50   time.Duration `json:"p50_ns"`
	P90   time.Duration `json:"p90_ns"`
	P99   time.Duration `json:"p99_ns"`
	P999  time.Duration `json:"p999_ns"`
	Max   time.Duration `json:"max_ns"`
}

// Record counts d. What is below zero or beyond the last bucket lands in the
// first or the last one; max stays exact.
func (h *Histogram) Record(d time.Duration) {
	d = max(d, 0)
	h.counts[bucket(uint64(d))]++
	h.n++
	h.max = max(h.max, d)
}

// bucket: below 2^subBits every value has its own; above, the octave and the
// subBits bits after the leading one choose.
func bucket(v uint64) int {
	if v < 1<<subBits {
		return int(v)
	}
	shift := bits.Len64(v) - subBits - 1
	return min((shift+1)<<subBits+int(v>>shift)-1<<subBits, octaves<<subBits-1)
}

// ceiling is the largest value that bucket puts into i.
func ceiling(i int) time.Duration {
	if i < 1<<subBits {
		return time.Duration(i)
	}
	shift := i>>subBits - 1
	top := uint64(i&(1<<subBits-1) | 1<<subBits)
	return time.Duration((top+1)<<shift - 1)
}

// Add merges o into h.
func (h *Histogram) Add(o *Histogram) {
	for i, c := range o.counts {
		h.counts[i] += c
	}
	h.n += o.n
	h.max = max(h.max, o.max)
}

// Quantile is the nearest-rank quantile, rounded up to its bucket's ceiling but
// never above the largest value seen. Zero when nothing was recorded.
func (h *Histogram) Quantile(q float64) time.Duration {
	if h.n == 0 {
		return 0
	}
	rank := min(max(uint64(q*float64(h.n)+0.9999999), 1), h.n)
	var seen uint64
	for i, c := range h.counts {
		if seen += uint64(c); seen >= rank {
			return min(ceiling(i), h.max)
		}
	}
	return h.max
}

// Summary reads the quantiles that are reported.
func (h *Histogram) Summary() Summary {
	return Summary{Count: h.n, P50: h.Quantile(0.50), P90: h.Quantile(0.90),
		P99: h.Quantile(0.99), P999: h.Quantile(0.999), Max: h.max}
}

package metrics

import (
	"iter"
	"maps"
	"slices"
	"time"
)

// Name and Help are those of the histogram. Its labels are route and code.
const (
	Name = "http_request_duration_seconds"
	Help = "How long requests took, by route and status class."
)

// A Series is not safe for concurrent use; it belongs to who got it. It is the histogram of one route and status class at one
// moment, for programs that show the counts in a way of their own. All its numbers only grow from one moment to the next, but for Sum,
// which begins at 0 again after 292 years of requests.
type Series struct {
	Route, Code string
	Count       uint64
	Sum         time.Duration
	Within      []uint64 // how many took no longer than each of Buckets
}

// Buckets returns the upper limits, ascending.
func (m *Metrics) Buckets() []time.Duration { return slices.Clone(m.buckets) }

// Series returns all that have counted something, by route and code.
func (m *Metrics) Series() iter.Seq[Series] {
	return func(yield func(Series) bool) {
		routes := *m.routes.Load()
		for _, pattern := range slices.Sorted(maps.Keys(routes)) {
			for c, code := range classes {
				s := Series{Route: pattern, Code: code, Within: make([]uint64, len(m.buckets)+1)}
				if routes[pattern].read(c, &s); s.Count > 0 && !yield(s) {
					return
				}
			}
		}
	}
}

package metrics

import (
	"sync"
	"testing"
	"time"
)

func (r *route) series(m *Metrics, class int) Series {
	s := Series{Within: make([]uint64, len(m.buckets)+1)}
	r.read(class, &s)
	return s
}

// A Duration holds 292 years, which 10,000 streams take in eleven days: who reads the sum must see a counter that began again, and
// not one below zero.
func TestSumOfCenturies(t *testing.T) {
	m := New(nil)
	r := m.newRoute("/")
	for i, want := range []time.Duration{1 << 62, 0, 1 << 62, 0, 1 << 62} {
		if r.add(0, 2, i, 1<<62); r.series(m, 2).Sum != want {
			t.Errorf("after %d requests of 146 years the sum is %v, want %v", i+1, r.series(m, 2).Sum, want)
		}
	}
}

// Cells are emptied when either number has filled its bits: nothing is lost, and who reads meanwhile never sees a count go back.
func TestCellsAreEmptied(t *testing.T) {
	const ok, users = 2, 4
	for took, n := range map[time.Duration]int{
		1: 1 << 19, time.Minute: 200_000, 2*time.Hour + 26*time.Minute: 50_000, 1<<43 - 1: 10, 1 << 43: 10, 1 << 44: 10, 7 << 44: 10,
	} {
		m := New(&Options{Buckets: []time.Duration{1}}) // few, so that reading is quick
		r := m.newRoute("/")
		var wg sync.WaitGroup
		for range users {
			wg.Go(func() {
				for range n {
					r.add(0, ok, 1, took)
				}
			})
		}
		done := make(chan bool)
		go func() { wg.Wait(); close(done) }()
		var last Series
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			s := r.series(m, ok)
			if s.Count < last.Count || s.Sum < last.Sum || s.Sum != time.Duration(s.Count)*took {
				t.Fatalf("%v: %d took %v after %d took %v", took, s.Count, s.Sum, last.Count, last.Sum)
			}
			last = s
		}
		if last.Count != uint64(users*n) || last.Within[0] != 0 {
			t.Errorf("%v: %d counted, %v, want %d", took, last.Count, last.Within, users*n)
		}
		if none := r.series(m, 0); none.Count != 0 {
			t.Errorf("%v: %d counted elsewhere", took, none.Count)
		}
	}
}

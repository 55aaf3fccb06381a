package netpoll

import (
	"slices"
	"testing"
)

// Tasks begin in the order in which they were given, whoever has the place to run them.
func TestWorkersBeginInOrder(t *testing.T) {
	w := workers{limit: 1}
	release, ran := make(chan struct{}), make(chan int)
	w.submit(func() { <-release })
	for i := range 5 {
		w.submit(func() { ran <- i })
	}
	close(release)
	var got []int
	for range 5 {
		got = append(got, <-ran)
	}
	if !slices.IsSorted(got) {
		t.Errorf("began in the order %v", got)
	}
}

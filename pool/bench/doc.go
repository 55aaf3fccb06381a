// Package bench measures package pool beside its rivals, in one run.
//
//	go test -bench .            each case, as usual
//	go run ./measure            rounds in turn, to results/raw.txt
//	go run ./report             the tables in ../README.md, from that file
package bench

import "testing"

// Case is one rival's way to do a group's work.
type Case struct {
	Group string
	Name  string
	Run   func(b *testing.B)
}

// Groups returns all of them; those of one group do the same work.
func Groups() [][]Case {
	return [][]Case{
		values(),
		points(),
		buffers("bytes of 1 KiB", []int{1024}),
		buffers("bytes of 64 B to 1 MiB", mixedSizes()),
		workers("empty task", func() {}),
		workers("16 KiB of stack", func() { deep(15) }),
	}
}

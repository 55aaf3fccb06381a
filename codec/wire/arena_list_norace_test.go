//go:build !race

package wire_test

import (
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec/wire"
)

// floatLists is a list of lists, as coordinates are.
type floatLists [][]float64

func (p *floatLists) DecodeJSON(d *wire.Decoder) {
	if !d.BeginArray() {
		return
	}
	n := 0
	for ; d.NextElem(n); n++ {
		d.Float64s(&(*p)[n])
	}
}

// One allocation serves many short lists, and none gets more room than it needs.
func TestAllocationsOfLists(t *testing.T) {
	const pairs = 1000
	text := []byte("[" + strings.Repeat("[-65.613616999,43.420273],", pairs-1) + "[1,2]]")
	list := make(floatLists, pairs)
	got := testing.AllocsPerRun(20, func() {
		clear(list)
		if err := wire.Decode(text, &list); err != nil {
			t.Fatal(err)
		}
	})
	if most := float64(pairs*16/4096 + 4); got > most {
		t.Errorf("%d lists of two: %v allocations, want at most %v", pairs, got, most)
	}
	for i := range list {
		if len(list[i]) != 2 || cap(list[i]) != 2 {
			t.Fatalf("list %d has length %d and capacity %d", i, len(list[i]), cap(list[i]))
		}
	}
}

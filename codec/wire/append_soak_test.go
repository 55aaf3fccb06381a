package wire_test

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/wire"
)

// soak returns how many cases to try: few in everyday tests, all with
// HOTPATH_SOAK=1, which it says.
func soak(t *testing.T, few, all int) int {
	if os.Getenv("HOTPATH_SOAK") != "" {
		t.Logf("soak: %s, %d cases", t.Name(), all)
		return all
	}
	if testing.Short() {
		return few / 10
	}
	return few
}

// Every double must come back from its text as the same bits: the text is exact
// and the parser rounds correctly.
func TestFloatsComeBack(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var buf [64]byte
	for range soak(t, 300_000, 100_000_000) {
		want := math.Float64frombits(r.Uint64())
		if math.IsNaN(want) || math.IsInf(want, 0) {
			continue
		}
		text, err := wire.AppendFloat64(buf[:0], want)
		if err != nil {
			t.Fatal(err)
		}
		var got number
		if err := codec.Decode(text, &got); err != nil || math.Float64bits(float64(got)) != math.Float64bits(want) {
			t.Fatalf("%s read back as %v, %v, want %v", text, got, err, want)
		}
	}
}

type number float64

func (n *number) DecodeJSON(d *codec.Decoder) { d.Float64((*float64)(n)) }

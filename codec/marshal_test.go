package codec_test

import (
	"bytes"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/wire"
)

// text is a string of JSON.
type text string

func (t text) AppendJSON(dst []byte) ([]byte, error) { return wire.AppendString(dst, string(t)), nil }

// cached returns what it holds, and appends only where something is before it.
type cached []byte

func (c cached) AppendJSON(dst []byte) ([]byte, error) {
	if len(dst) == 0 {
		return c, nil
	}
	return append(dst, c...), nil
}

// Results of all sizes in all orders belong to the caller: no later call writes
// into them, and nothing of earlier ones shows behind them.
func TestMarshalGivesItsMemoryAway(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	type result struct{ got, want []byte }
	var results []result
	for i := range 300 {
		n := []int{10, 1 << 10, 15 << 10, 17 << 10, 100 << 10, 101 << 10, 120 << 10}[r.IntN(7)]
		s := strings.Repeat(string(rune('a'+i%26)), n)
		got, err := codec.Marshal(text(s))
		if err != nil {
			t.Fatal(err)
		}
		if behind := got[len(got):cap(got)]; len(bytes.Trim(behind, "\x00")) > 0 {
			t.Fatalf("%q behind a result of %d bytes", behind, n)
		}
		results = append(results, result{got, []byte(`"` + s + `"`)})
	}
	for i, r := range results {
		if !bytes.Equal(r.got, r.want) {
			t.Fatalf("result %d of %d bytes has changed", i, len(r.want))
		}
	}
}

func TestMemoryOfAValueIsNotKept(t *testing.T) {
	c := cached(`"` + strings.Repeat("x", 40<<10) + `"`)
	for range 3 {
		got, err := codec.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		clear(got)
		if _, err := codec.Marshal(text(strings.Repeat("y", 30<<10))); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second would write into what the first has left in the pool
			if err := codec.Write(httptest.NewRecorder(), 200, c); err != nil {
				t.Fatal(err)
			}
			if err := codec.Write(httptest.NewRecorder(), 200, text(strings.Repeat("z", 30<<10))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if i := bytes.IndexFunc(c[1:len(c)-1], func(r rune) bool { return r != 'x' }); i >= 0 {
		t.Errorf("memory of the value was written to at %d", i)
	}
}

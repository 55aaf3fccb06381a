package wire_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec/wire"
)

// part has what is cut from one chunk by turns.
type part struct {
	S string
	F []float64
	I []int
	L []int64
}

type parts []part

func (p *parts) DecodeJSON(d *wire.Decoder) {
	if !d.BeginArray() {
		return
	}
	for n := 0; d.NextElem(n); n++ {
		var e part
		var o wire.Object
		for ok := d.BeginObject(&o, nil); ok && d.NextKey(&o); {
			switch o.Key {
			case "S":
				d.String(&e.S)
			case "F":
				d.Float64s(&e.F)
			case "I":
				d.Ints(&e.I)
			case "L":
				d.Int64s(&e.L)
			}
		}
		*p = append(*p, e)
	}
}

// randomParts has lists of all lengths around those at which memory changes hands,
// with nulls, which leave an element what it is: zero.
func randomParts(rnd *rand.Rand) string {
	list := func() string {
		n := []int{0, 1, 2, 3, 4, 5, 8, 9, 33, 64, 65, 200}[rnd.IntN(12)]
		elems := make([]string, n)
		for i := range elems {
			elems[i] = []string{"null", "7", "-12345678", "0"}[rnd.IntN(4)]
		}
		return "[" + strings.Join(elems, []string{",", " , "}[rnd.IntN(2)]) + "]"
	}
	all := make([]string, rnd.IntN(20))
	for i := range all {
		all[i] = `{"S":"` + strings.Repeat("s", rnd.IntN(40)) + `","F":` + list() + `,"I":` + list() + `,"L":` + list() + `}`
	}
	return "[" + strings.Join(all, ",") + "]"
}

// Strings and lists that lie in one chunk are read as encoding/json does, and
// nothing done to one of them is seen in another.
func TestListsOfAChunkAreApart(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		text := randomParts(rnd)
		var got parts
		var want []part
		if err := wire.Decode([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("%s:\ngot  %v\nwant %v", text, got[i], want[i])
			}
			// All that a program may do with a list, of which the later ones must not know.
			for j := range got[i].F {
				got[i].F[j] = -1
			}
			got[i].F = append(got[i].F, -1, -1)
			got[i].I = append(got[i].I[:cap(got[i].I)], -1)
			clear(got[i].L[:cap(got[i].L)])
		}
	}
}

// A list in which decoding ends leaves nothing behind that the next document sees.
func TestListCutShort(t *testing.T) {
	for _, text := range []string{`[{"F":[1,2`, `[{"F":[1,2,]}]`, `[{"I":[1,"x",3,4,5]}]`, `[{"L":[9223372036854775808,2]}]`, `[{"F":[1,{"a":"b"},3]}]`} {
		var got parts
		if wire.Decode([]byte(text), &got) == nil {
			t.Errorf("%s is taken", text)
		}
		got = nil
		if err := wire.Decode([]byte(`[{"F":[1,null],"S":"s","I":[null,2,3]}]`), &got); err != nil {
			t.Fatal(err)
		}
		if want := (parts{{"s", []float64{1, 0}, []int{0, 2, 3}, nil}}); !reflect.DeepEqual(got, want) {
			t.Errorf("after %s: got %v, want %v", text, got, want)
		}
	}
}

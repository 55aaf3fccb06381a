package wire_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
	"github.com/hotpath-go/hotpath/codec/wire"
)

func checkString(t *testing.T, s string) {
	t.Helper()
	checkAgainstStandard(t, s)
	type quoted struct {
		S string `json:",string"`
	}
	want, err := json.Marshal(quoted{s})
	if err != nil {
		t.Fatal(err)
	}
	if got := wire.AppendQuotedString([]byte(`{"S":`), s); string(got)+"}" != string(want) {
		t.Errorf("AppendQuotedString(%q) = %s, want %s", s, got, want)
	}
}

// Each byte is tried at each place of a word, with each neighbour that could
// hide it behind a borrow.
func TestAppendStringEveryByteEverywhere(t *testing.T) {
	for c := range 256 {
		for _, n := range []int{6, 13, 18} {
			for at := range n - 1 {
				b := []byte(strings.Repeat("a", n))
				b[at] = byte(c)
				checkString(t, string(b))
				b[at+1] = byte(c + 1)
				checkString(t, string(b))
			}
		}
	}
	for _, s := range []string{"", "é", "\u2028", "x\u2029", "\xe2\x80", "\xe2\x80\xa8\xe2", "世界世界世界", "🙂\xf0\x9f", "\xed\xa0\x80"} {
		checkString(t, s)
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("<\u2028\xff\"\\\x00")
	f.Fuzz(checkString)
}

func checkFloat(t *testing.T, x float64) {
	t.Helper()
	want, wantErr := json.Marshal(x)
	got, err := wire.AppendFloat64(nil, x)
	if (err != nil) != (wantErr != nil) || err == nil && string(got) != string(want) {
		t.Errorf("AppendFloat64(%v) = %s, %v, want %s, %v", x, got, err, want, wantErr)
	}
	want, wantErr = json.Marshal(float32(x))
	got, err = wire.AppendFloat32(nil, float32(x))
	if (err != nil) != (wantErr != nil) || err == nil && string(got) != string(want) {
		t.Errorf("AppendFloat32(%v) = %s, %v, want %s, %v", x, got, err, want, wantErr)
	}
}

func TestAppendFloat(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 30_000 {
		checkFloat(t, math.Float64frombits(r.Uint64()))
		checkFloat(t, float64(r.IntN(1e9))/math.Pow10(r.IntN(9)))
		checkFloat(t, math.Trunc(r.NormFloat64()*1e7)/1e6)
	}
	for e := range uint64(2047) { // the powers of two, below which doubles are denser
		for _, c := range []uint64{0, 1, 2, 1<<52 - 1} {
			checkFloat(t, math.Float64frombits(e<<52|c))
		}
	}
	for e := -330; e < 308; e++ {
		x, err := strconv.ParseFloat("1e"+strconv.Itoa(e), 64)
		if err != nil {
			t.Fatal(err)
		}
		checkFloat(t, x)
		checkFloat(t, 9*x)
		checkFloat(t, math.Nextafter(x, 0))
		checkFloat(t, math.Nextafter(x, 1e308))
	}
	for _, x := range []float64{0, math.Copysign(0, -1), 1e-6, 9.99999e-7, 1e15, 999999999.999999, 999999999999999, 1e21, math.NaN(), math.Inf(1), math.MaxFloat64} {
		checkFloat(t, x)
		checkFloat(t, -x)
		checkFloat(t, math.Nextafter(x, 1))
		checkFloat(t, math.Nextafter(x, -1))
	}
}

func TestAppendInt(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	check := func(n uint64) {
		if got, want := string(wire.AppendUint(nil, n)), strconv.FormatUint(n, 10); got != want {
			t.Fatalf("AppendUint = %s, want %s", got, want)
		}
		if got, want := string(wire.AppendInt([]byte("x"), int64(n))), "x"+strconv.FormatInt(int64(n), 10); got != want {
			t.Fatalf("AppendInt = %s, want %s", got, want)
		}
	}
	for range 100_000 {
		check(r.Uint64() >> r.IntN(64))
	}
	for n := uint64(1); ; n *= 10 {
		check(n - 1)
		check(n)
		check(n + 1)
		if n == 1e19 {
			break
		}
	}
	check(math.MaxUint64)
	check(1 << 63)
}

func FuzzFloat(f *testing.F) {
	f.Add(math.Float64bits(19.99))
	f.Fuzz(func(t *testing.T, bits uint64) { checkFloat(t, math.Float64frombits(bits)) })
}

func TestAppendKeepsTheBufferOnFailure(t *testing.T) {
	buf := []byte("before ")
	out, err := codec.Append(buf, &gentest.Scalars{Float64: math.NaN()})
	if !errors.Is(err, codec.ErrUnsupportedValue) || string(out) != "before " {
		t.Errorf("Append = %q, %v, want the old contents and ErrUnsupportedValue", out, err)
	}
	far := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	if out, err = codec.Append(buf, &gentest.Scalars{Time: far}); err == nil || string(out) != "before " {
		t.Errorf("Append of year 10000 = %q, %v, want an error", out, err)
	}
}

func TestNilPointersAreNull(t *testing.T) {
	for _, v := range []codec.Appender{(*order.Order)(nil), (*gentest.Tree)(nil), (*codec.Problem)(nil)} {
		if out, err := codec.Marshal(v); err != nil || string(out) != "null" {
			t.Errorf("Marshal(%T nil) = %s, %v", v, out, err)
		}
	}
}

// A cycle must end in an error, whether it goes through pointers, maps or any.
func TestCyclesEnd(t *testing.T) {
	left := &gentest.Tree{}
	left.Left = left
	forest := &gentest.Forest{}
	forest.Meta = map[string]any{"again": []any{forest}}
	mixed := &gentest.Tree{Other: &gentest.Forest{}}
	mixed.Other.Meta = &gentest.Dict{"tree": mixed}
	for _, v := range []codec.Appender{left, forest, mixed} {
		if _, err := codec.Append(nil, v); !errors.Is(err, codec.ErrDepth) {
			t.Errorf("%T: %v, want ErrDepth", v, err)
		}
	}
}

func TestLongListsAreNotCycles(t *testing.T) {
	head := &gentest.Tree{}
	for range wire.MaxAppendDepth - 1 {
		head = &gentest.Tree{Left: head}
	}
	out, err := codec.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	var back gentest.Tree
	if err := codec.Decode(out, &back); err != nil {
		t.Errorf("what was encoded does not decode: %v", err)
	}
}

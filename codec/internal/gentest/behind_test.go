package gentest_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/wire"
)

// checkBehind appends within a larger array and looks at what is around it.
func checkBehind(t *testing.T, name string, f func(dst []byte) ([]byte, error)) {
	t.Helper()
	plain, err := f(nil)
	if err != nil {
		return
	}
	const front = 3
	array := bytes.Repeat([]byte{0xAA}, front+len(plain)+64)
	got, err := f(array[:front:len(array)])
	if err != nil || !bytes.Equal(got[front:], plain) {
		t.Fatalf("%s: %q, %v, want %q", name, got[front:], err, plain)
	}
	if &got[0] != &array[0] {
		t.Fatalf("%s: has moved away from an array with room", name)
	}
	for i, c := range array {
		if (i < front || i >= front+len(plain)) && c != 0xAA {
			t.Fatalf("%s: %s: byte %d outside of the result has changed", name, plain, i-front)
		}
	}
}

// The array behind the result may belong to somebody else.
func TestAppendLeavesWhatIsBehind(t *testing.T) {
	for _, p := range pairs {
		for seed := range uint64(rounds(t, 300)) {
			v, _ := p.twins(seed, true)
			checkBehind(t, p.name(), func(dst []byte) ([]byte, error) { return codec.Append(dst, v) })
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range rounds(t, 20000) {
		n := r.Uint64() >> r.IntN(64)
		f := math.Float64frombits(r.Uint64())
		short := math.Trunc(r.NormFloat64()*1e7) / math.Pow10(r.IntN(9))
		checkBehind(t, "int", func(dst []byte) ([]byte, error) { return wire.AppendInt(dst, int64(n)), nil })
		checkBehind(t, "float", func(dst []byte) ([]byte, error) { return wire.AppendFloat64(dst, f) })
		checkBehind(t, "price", func(dst []byte) ([]byte, error) { return wire.AppendFloat64(dst, short) })
		checkBehind(t, "float32", func(dst []byte) ([]byte, error) { return wire.AppendFloat32(dst, float32(short)*1e-9) })
		checkBehind(t, "time", func(dst []byte) ([]byte, error) {
			return wire.AppendTime(dst, time.Unix(int64(n>>32), int64(n%1000)*1e6).UTC())
		})
	}
}

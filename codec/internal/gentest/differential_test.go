package gentest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
	"github.com/hotpath-go/hotpath/codec/internal/gentest/plain"
)

// The oracle of this package's tests is encoding/json's own implementation. Under
// GOEXPERIMENT=jsonv2 it runs on v2, which reads the malformed tag of Scalars.BadTag as
// the name a (so that {"a":1} is an error), writes U+FFFD as it is, and stores what is
// nearest to a number out of range: these tests fail there, and only those named
// JSONv2, whose oracle is v2, are run.

// generated is what codecgen's types have.
type generated interface {
	codec.Appender
	codec.Decodable
	json.Unmarshaler
}

// pair is a generated type and its twin without methods.
type pair struct {
	ours   func() generated
	theirs func() any
}

var pairs = []pair{
	{func() generated { return new(gentest.Scalars) }, func() any { return new(plain.Scalars) }},
	{func() generated { return new(gentest.Quoted) }, func() any { return new(plain.Quoted) }},
	{func() generated { return new(gentest.Omit) }, func() any { return new(plain.Omit) }},
	{func() generated { return new(gentest.Composites) }, func() any { return new(plain.Composites) }},
	{func() generated { return new(gentest.Users) }, func() any { return new(plain.Users) }},
	{func() generated { return new(gentest.Dict) }, func() any { return new(plain.Dict) }},
	{func() generated { return new(gentest.Count) }, func() any { return new(plain.Count) }},
	{func() generated { return new(gentest.Words) }, func() any { return new(plain.Words) }},
	{func() generated { return new(gentest.Labels) }, func() any { return new(plain.Labels) }},
	{func() generated { return new(gentest.Page[[]byte]) }, func() any { return new(plain.Page[[]byte]) }},
	{func() generated { return new(gentest.Empty) }, func() any { return new(plain.Empty) }},
	{func() generated { return new(gentest.Embedding) }, func() any { return new(plain.Embedding) }},
	{func() generated { return new(gentest.EmbedPrivate) }, func() any { return new(plain.EmbedPrivate) }},
	{func() generated { return new(gentest.Twice) }, func() any { return new(plain.Twice) }},
	{func() generated { return new(gentest.Tagged) }, func() any { return new(plain.Tagged) }},
	{func() generated { return new(gentest.Wrapper) }, func() any { return new(plain.Wrapper) }},
	{func() generated { return new(gentest.Folding) }, func() any { return new(plain.Folding) }},
	{func() generated { return new(gentest.Pages) }, func() any { return new(plain.Pages) }},
	{func() generated { return new(gentest.Page[string]) }, func() any { return new(plain.Page[string]) }},
	{func() generated { return new(gentest.Keyed[gentest.Name, map[string]int]) }, func() any { return new(plain.Keyed[plain.Name, map[string]int]) }},
	{func() generated { return new(gentest.Octets) }, func() any { return new(plain.Octets) }},
	{func() generated { return new(gentest.Keys) }, func() any { return new(plain.Keys) }},
	{func() generated { return new(gentest.Interfaces) }, func() any { return new(plain.Interfaces) }},
	{func() generated { return new(gentest.Unescaped) }, func() any { return new(plain.Unescaped) }},
	{func() generated { return new(gentest.Many) }, func() any { return new(plain.Many) }},
}

// twins returns two values of one pair with the same random contents.
func (p pair) twins(seed uint64, clean bool) (generated, any) {
	ours, theirs := p.ours(), p.theirs()
	for _, v := range []any{ours, theirs} {
		f := filler{rand.New(rand.NewPCG(seed, 1)), clean, false}
		f.fill(reflect.ValueOf(v).Elem(), 0)
	}
	return ours, theirs
}

// marshal is json.Marshal, but for the type that is generated without HTML.
func (p pair) marshal(v any) ([]byte, error) {
	if p.name() != "Unescaped" {
		return json.Marshal(v)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func (p pair) name() string { return reflect.TypeOf(p.theirs()).Elem().Name() }

// rounds returns how many random values to try: with HOTPATH_SOAK=1 so many that
// both directions make ten million cases.
func rounds(t *testing.T, n int) int {
	if os.Getenv("HOTPATH_SOAK") != "" && !raceEnabled {
		t.Logf("soak: %s, %d rounds", t.Name(), 120*n)
		return 120 * n
	}
	if testing.Short() || raceEnabled {
		return n / 10
	}
	return n
}

func TestAppendLikeEncodingJSON(t *testing.T) {
	for _, p := range pairs {
		t.Run(p.name(), func(t *testing.T) {
			failures := 0
			n := rounds(t, 1000)
			for seed := range uint64(n) {
				ours, theirs := p.twins(seed, false)
				want, wantErr := p.marshal(theirs)
				got, err := codec.Append(nil, ours)
				if (err != nil) != (wantErr != nil) {
					t.Fatalf("seed %d: error %v, want %v", seed, err, wantErr)
				}
				if err != nil {
					failures++
					continue
				}
				if !bytes.Equal(got, want) {
					t.Fatalf("seed %d:\n got %s\nwant %s", seed, got, want)
				}
				if p.name() == "Unescaped" {
					continue // encoding/json escapes what the method leaves
				}
				if want, err = json.Marshal(theirs); err != nil {
					t.Fatal(err)
				}
				viaStd, err := json.Marshal(ours)
				if err != nil || !bytes.Equal(viaStd, want) {
					t.Fatalf("seed %d: through encoding/json: %v\n got %s\nwant %s", seed, err, viaStd, want)
				}
			}
			// The largest types hold a NaN nine times in ten; the seeds are fixed, so this is not a matter of luck.
			if n-failures < n/20 {
				t.Errorf("%d of %d values did not encode: the test tests little", failures, n)
			}
		})
	}
}

// checkDecode decodes data on top of equal values of both types and compares
// what came of it.
func checkDecode(t *testing.T, p pair, seed uint64, data []byte) {
	t.Helper()
	ours, theirs := p.ours(), p.theirs()
	if seed%2 == 1 {
		ours, theirs = p.twins(seed, true)
	}
	wantErr := json.Unmarshal(data, theirs)
	err := codec.Decode(data, ours)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%s of %q: error %v, want %v", p.name(), data, err, wantErr)
	}
	var mistyped *json.UnmarshalTypeError
	if err != nil && !errors.As(wantErr, &mistyped) {
		return
	}
	if s := differ("", reflect.ValueOf(ours), reflect.ValueOf(theirs)); s != "" {
		t.Fatalf("%s of %q: (error %v) %s", p.name(), data, err, s)
	}
}

func TestDecodeLikeEncodingJSON(t *testing.T) {
	for _, p := range pairs {
		t.Run(p.name(), func(t *testing.T) {
			for seed := range uint64(rounds(t, 600)) {
				_, theirs := p.twins(seed*7+1, true)
				data, err := json.Marshal(theirs)
				if err != nil {
					t.Fatal(err)
				}
				checkDecode(t, p, seed, data)
				r := rand.New(rand.NewPCG(seed, 2))
				for range 4 {
					checkDecode(t, p, seed, mutate(r, data))
				}
			}
		})
	}
}

var fragments = []string{
	"null", "true", "false", "0", "-0", "1.0", "1e2", "1e400", "-129", "256", "65536", "4294967296", "9223372036854775808", "18446744073709551616",
	"-9223372036854775809", "99999999999999999999999", `""`, `"x"`, `"null"`, `"12"`, `"007"`, `"-1.5"`, `"true"`, `"\"in\""`, `"nope"`, `"\u0041\ud83d\ude00"`,
	`"\ud800"`, `"\ud800\u0041"`, `"\x"`, `"\u00g0"`, "\"\xff\"", "\"\x01\"", `"aGk="`, `"a\n="`, `"!"`, `[]`, `{}`, `[1,2,3,4,5]`, `[null]`, `[1,]`, `{"a":1,}`, `{"a"}`,
	`{"a":1,"A":2}`, "[", "{", "]", "}", ",", ":", " ", "\n", "\x00", "01", "-", ".5", "1.", "1e", "1e+", "nul", "tru", `{"1":true,"x":false,"300":true}`,
	`"2026-11-23T06:00:00.5+02:00"`, `"2026-11-23T06:00:00\u005a"`, `[{"a":1},{"b":2}]`, `{"rgb":"bad"}`, `{"\u0061":5}`, `{"KELVIN":1}`, "{\"\u212aelvin\":1}", `"0x10"`, `"-Inf"`, `"1_0"`,
}

// mutate replaces a value, a key's case or a few bytes.
func mutate(r *rand.Rand, data []byte) []byte {
	out := bytes.Clone(data)
	for range 1 + r.IntN(2) {
		i := r.IntN(len(out) + 1)
		switch r.IntN(5) {
		case 0:
			out = append(out[:i:i], append([]byte(fragments[r.IntN(len(fragments))]), out[i:]...)...)
		case 1:
			out = out[:i]
		case 2:
			if i < len(out) {
				out[i] ^= 0x20
			}
		default:
			out = replaceValue(r, out)
		}
	}
	return out
}

// replaceValue puts a fragment in place of what stands between two structural
// bytes, so that the document often stays well formed.
func replaceValue(r *rand.Rand, data []byte) []byte {
	colon := bytes.IndexByte(data[r.IntN(len(data)+1):], ':')
	if colon < 0 {
		return data
	}
	start := len(data) - len(data[colon:]) + 1
	end := bytes.IndexAny(data[start:], ",}]")
	if end < 0 {
		return data
	}
	out := append(bytes.Clone(data[:start]), fragments[r.IntN(len(fragments))]...)
	return append(out, data[start+end:]...)
}

func FuzzDecode(f *testing.F) {
	for i, s := range fragments {
		f.Add(uint8(i), []byte(s))
		f.Add(uint8(3), []byte(`{"Map":{"k":`+s+`},"Slice":[`+s+`],"List":[{"K":`+s+`}]}`))
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		checkDecode(t, pairs[int(which)%len(pairs)], uint64(which), data)
	})
}

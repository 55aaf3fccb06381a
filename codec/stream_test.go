package codec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/hotpath-go/hotpath/codec"
)

type whatever struct{ v any }

func (w *whatever) DecodeJSON(d *codec.Decoder) {
	w.v = nil
	d.Any(&w.v)
}

// readers deliver text in different pieces.
func readers(text string) map[string]io.Reader {
	return map[string]io.Reader{
		"at once":       strings.NewReader(text),
		"byte by byte":  iotest.OneByteReader(strings.NewReader(text)),
		"EOF with data": iotest.DataErrReader(strings.NewReader(text)),
	}
}

func drain(s *codec.Stream) (values []any, err error) {
	for {
		var w whatever
		if err := s.Next(&w); err != nil {
			if again := s.Next(&w); errors.Is(err, io.EOF) && !errors.Is(again, io.EOF) {
				return values, fmt.Errorf("after the end: %w", again)
			}
			return values, err
		}
		values = append(values, w.v)
	}
}

func checkStream(t *testing.T, text string, array bool, want []any, ok bool) {
	t.Helper()
	for name, r := range readers(text) {
		got, err := drain(&codec.Stream{R: r, Array: array})
		if ok != (err == io.EOF) {
			t.Fatalf("%s of %q: error %v, want EOF: %v", name, text, err, ok)
		}
		if ok && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s of %q = %v, want %v", name, text, got, want)
		}
	}
}

// Every document, cut and damaged, is an array for encoding/json exactly if it
// is one for a Stream.
func TestStreamOfArray(t *testing.T) {
	docs := []string{`[]`, ` [ ] `, `[1]`, `[1,2]`, `[1,]`, `[,1]`, `[1 2]`, `[`, `]`, `1`, ``, ` `, `[1]x`, `[1] `, `[[1],[]]`, `[{"a":"]"},"}\"",tru]`, `[true , null]`, `["]",1e5,{"x":[{}]}]`, `[1,2`, `[1,`, `[}]`, `["\\"]`, `{}`, `[1]]`}
	for _, doc := range tricky {
		if len(doc) > 100 {
			continue // its prefixes are too many
		}
		docs = append(docs, "["+doc+"]", "["+doc+" ,"+doc+"]")
	}
	for _, doc := range docs {
		for i := range len(doc) + 1 {
			var want []any
			err := json.Unmarshal([]byte(doc[:i]), &want)
			if len(want) == 0 {
				want = nil
			}
			checkStream(t, doc[:i], true, want, err == nil && strings.TrimSpace(doc[:i]) != "null")
		}
	}
}

func TestStreamOfLines(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	values := []string{`1`, `"a b"`, `{"a":[1,{"b":"}"}]}`, `[]`, `null`, `true`, `-1.5e3`, `"\\\""`, `{}`}
	for range 300 {
		var text strings.Builder
		var want []any
		for range r.IntN(6) {
			s := values[r.IntN(len(values))]
			var v any
			if err := json.Unmarshal([]byte(s), &v); err != nil {
				t.Fatal(err)
			}
			want = append(want, v)
			text.WriteString(s + []string{"\n", " ", "\r\n\n"}[r.IntN(3)])
		}
		checkStream(t, text.String(), false, want, true)
		checkStream(t, strings.TrimSpace(text.String()), false, want, true)
	}
	checkStream(t, `1[2]"a"3{}true"b""c"[][]null`, false, []any{1.0, []any{2.0}, "a", 3.0, map[string]any{}, true, "b", "c", []any{}, []any{}, nil}, true)
	for _, text := range []string{"1}", "1:2", "1,2", "1]"} {
		var syntax *codec.SyntaxError
		if values, err := drain(&codec.Stream{R: strings.NewReader(text)}); len(values) != 1 || values[0] != 1.0 || !errors.As(err, &syntax) {
			t.Errorf("%s: %v, %v, want 1 and a SyntaxError", text, values, err)
		}
	}
	for _, text := range []string{"{", `"a`, "1 2]", "tru", "[1", "1,2", "}"} {
		checkStream(t, text, false, nil, false)
	}
}

type number float64

func (n *number) DecodeJSON(d *codec.Decoder) { d.Float64((*float64)(n)) }

// One bad value costs itself only.
func TestStreamGoesOn(t *testing.T) {
	s := &codec.Stream{R: strings.NewReader("{\"a\":01}\n 5\n\"x\"\n 6")}
	var n number
	var syntax *codec.SyntaxError
	var mistyped *codec.TypeError
	if err := s.Next(&n); !errors.As(err, &syntax) {
		t.Errorf("first: %v, want a SyntaxError", err)
	}
	if err := s.Next(&n); err != nil || n != 5 {
		t.Errorf("second: %v, %v, want 5", n, err)
	}
	if err := s.Next(&n); !errors.As(err, &mistyped) || s.Offset() != 15 {
		t.Errorf("third: %v at %d, want a TypeError at 15", err, s.Offset())
	}
	if err := s.Next(&n); err != nil || n != 6 {
		t.Errorf("fourth: %v, %v, want 6", n, err)
	}
}

func TestStreamIsBounded(t *testing.T) {
	for size, want := range map[int]error{100: nil, 101: codec.ErrTooLarge, 10_000: codec.ErrTooLarge} {
		doc := `"` + strings.Repeat("x", size-2) + `"`
		for _, text := range []string{doc + " 1", doc} {
			var w whatever
			if err := (&codec.Stream{R: strings.NewReader(text), MaxValue: 100}).Next(&w); !errors.Is(err, want) {
				t.Errorf("value of %d bytes: %v, want %v", size, err, want)
			}
		}
	}
	const n = 20_000
	s := &codec.Stream{R: io.MultiReader(strings.NewReader("["), bytes.NewReader(bytes.Repeat([]byte("1234567,"), n)), strings.NewReader("1]")), Array: true, MaxValue: 16}
	values, err := drain(s)
	if err != io.EOF || len(values) != n+1 {
		t.Errorf("%d values, %v, want %d", len(values), err, n+1)
	}
}

// The largest limit is as good as none.
func TestStreamWithoutBound(t *testing.T) {
	s := &codec.Stream{R: strings.NewReader("1 2"), MaxValue: math.MaxInt}
	if values, err := drain(s); err != io.EOF || len(values) != 2 {
		t.Errorf("%v, %v, want 1 and 2", values, err)
	}
}

func TestStreamReadError(t *testing.T) {
	s := &codec.Stream{R: iotest.ErrReader(io.ErrUnexpectedEOF)}
	var w whatever
	var body *codec.BodyError
	for range 2 { // it stays
		if err := s.Next(&w); !errors.As(err, &body) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v, want a BodyError", err)
		}
	}
}

// failsOnce gives its error with the last bytes, and never again.
type failsOnce struct{ text string }

func (r *failsOnce) Read(p []byte) (n int, err error) {
	if r.text == "" {
		return 0, io.EOF
	}
	n = copy(p, r.text)
	r.text = ""
	return n, io.ErrClosedPipe
}

// What has arrived before an error is decoded, and the error is not taken for the end.
func TestStreamReadErrorComesOnce(t *testing.T) {
	for _, array := range []bool{false, true} {
		text := map[bool]string{false: "1 2 ", true: "[1,2,"}[array]
		values, err := drain(&codec.Stream{R: &failsOnce{text}, Array: array})
		var body *codec.BodyError
		if len(values) != 2 || !errors.As(err, &body) || !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("array %v: %v, %v, want two values and the reader's error", array, values, err)
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte(`[1,"a",{"b":[]}] `), true)
	f.Fuzz(func(t *testing.T, data []byte, array bool) {
		if !array {
			_, _ = drain(&codec.Stream{R: bytes.NewReader(data[:min(len(data), 1000)])})
			return
		}
		var want []any
		err := json.Unmarshal(data, &want)
		if len(want) == 0 {
			want = nil
		}
		checkStream(t, string(data), true, want, err == nil && len(bytes.TrimSpace(data)) > 0 && bytes.TrimSpace(data)[0] == '[')
	})
}

package codec_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

// tricky are documents parsers are known to disagree about.
var tricky = []string{
	"", " ", "\t\n\r ", "\v1", "\f1", "\xef\xbb\xbf1", "\x00", "1\x00", "null", "nul", "nulll", "Null", "true", "True", "false", "falsy",
	"0", "-0", "-", "+1", "00", "01", "-01", "1.", ".1", "-.1", "1.e2", "1e", "1e+", "1E-2", "1e5", "0e0", "0.0", "1.5.", "0x1", "1_000", "Infinity", "NaN", "-NaN",
	"1 2", "1,", ",1", "1]", "[1", "[", "]", "[]", "[ ]", "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[1}", "[[]", "[]]", "[\"a\"", "[null,true]",
	"{", "}", "{}", "{ }", "{,}", `{"a"}`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{,"a":1}`, `{"a" 1}`, `{"a"::1}`, `{a:1}`, `{'a':1}`, `{1:1}`, `{null:1}`, `{"a":1 "b":2}`,
	`{"a":1;"b":2}`, `{"a":1}}`, `{"a":1]`, `{"a":1}x`, `{"":1}`, `{"a":{"b":[{"c":[]}]}}`, `{"a":1,"a":2}`, `{"a":1}/**/`, `// 1`, `[1] // x`, `#1`,
	`"`, `"a`, `""`, `"\`, `"\"`, `"\\"`, `"\/"`, `"\b\f\n\r\t"`, `"\a"`, `"\v"`, `"\'"`, `"\0"`, `"\x41"`, `"\u"`, `"\u00"`, `"\u004"`, `"\u0041"`, `"\u004G"`, `"\U0041"`,
	`"\ud83d\ude00"`, `"\ud83d"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\`, `"\ud83d\u"`, `"\uDBFF\uDFFF"`, `"\u0000"`, `'a'`,
	"\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"\n\"", "\"\t\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xe4\xb8\"", "\"\xf4\x90\x80\x80\"", "\"\u2028\"", "\"\ufeff\"",
	"\"aaaaaaa\x01\"", "\"aaaaaaaa\\\"aaaaaaaa\"", "[\"\xff\\u0041\"]", "[\"é\\", "1e400", "-1e400", "1e-400", "123456789012345678901234567890", "[1.0e+10]",
	strings.Repeat("[", 10000) + strings.Repeat("]", 10000), strings.Repeat("[", 10001) + strings.Repeat("]", 10001),
	strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000), strings.Repeat(`{"a":`, 10001) + "1" + strings.Repeat("}", 10001),
}

// Through a typed value, through `any`, and through a skipped field, the same
// documents must be accepted as by encoding/json.
func TestTrickyDocuments(t *testing.T) {
	for _, doc := range tricky {
		var free, freeStd struct{ V any }
		for _, in := range []string{doc, `{"any":` + doc + `}`, `{"no such field":` + doc + `}`, `{"any":` + doc} {
			var typed gentest.Omit
			err := codec.Decode([]byte(in), &typed)
			// Any document reaches the field of type any, so type errors are of
			// the outermost value or of a number beyond float64.
			var mistyped *codec.TypeError
			if valid := json.Valid([]byte(in)); (err == nil || errors.As(err, &mistyped)) != valid {
				t.Errorf("typed %.60q: error %v, valid %v", in, err, valid)
			}
		}
		err := codec.Decode([]byte(doc), anyTarget{&free.V})
		wantErr := json.Unmarshal([]byte(doc), &freeStd.V)
		if (err != nil) != (wantErr != nil) || err == nil && fmt.Sprintf("%#v", free) != fmt.Sprintf("%#v", freeStd) {
			t.Errorf("any %.60q = %#v, %v, want %#v, %v", doc, free, err, freeStd, wantErr)
		}
	}
}

// anyTarget decodes whatever comes.
type anyTarget struct{ p *any }

func (a anyTarget) DecodeJSON(d *codec.Decoder) { d.Any(a.p) }

func TestDeepNesting(t *testing.T) {
	for _, open := range []string{"[", `{"a":`, `[{"kids":`} {
		for _, prefix := range []string{"", `{"any":`, `{"x":`} {
			doc := []byte(prefix + strings.Repeat(open, 1_000_000))
			if err := codec.Decode(doc, new(gentest.Omit)); !errors.Is(err, codec.ErrDepth) {
				t.Errorf("%s%s…: %v, want ErrDepth", prefix, open, err)
			}
		}
	}
	tree := []byte(strings.Repeat(`{"l":`, 1_000_000))
	if err := codec.Decode(tree, new(gentest.Tree)); !errors.Is(err, codec.ErrDepth) {
		t.Errorf("tree: %v, want ErrDepth", err)
	}
	if err := (codec.Options{MaxDepth: 2}).Decode([]byte(`{"any":[[]]}`), new(gentest.Omit)); !errors.Is(err, codec.ErrDepth) {
		t.Errorf("MaxDepth 2: %v, want ErrDepth", err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`{"items":[{},{},{},{"price":"1"}]}`, "codec: $.items[3].price: cannot decode string into float64"},
		{`{"items":[{"tags":[1]}]}`, "codec: $.items[0].tags[0]: cannot decode number into string"},
		{`{"customer":{"address":[]}}`, "codec: $.customer.address: cannot decode array into object"},
		{`{"totals":{"a b":"x"}}`, `codec: $.totals["a b"]: cannot decode string into float64`},
		{`{"id":-1}`, "codec: $.id: cannot decode number -1 into uint64"},
		{`{"id":1.0, "paid":3}`, "codec: $.id: cannot decode number 1.0 into uint64"},
		{`{"id":` + strings.Repeat("9", 99) + `}`, "codec: $.id: cannot decode number " + strings.Repeat("9", 32) + "… into uint64"},
		{`[]`, "codec: $: cannot decode array into object"},
		{`{"id":1`, "codec: unexpected end of JSON at offset 7"},
		{`{"id":1]`, "codec: want , or } after an object member at offset 7"},
		{`{"id":1} x`, "codec: unexpected data after the value at offset 9"},
		{`{"number":"a\q"}`, "codec: invalid escape in a string at offset 13"},
		{`{"paid":trie}`, "codec: invalid literal, want true at offset 10"},
		// A syntax error counts more than a type error before it.
		{`{"id":"x","paid":tru`, "codec: unexpected end of JSON at offset 20"},
	} {
		if err := codec.DecodeString(tc.in, new(order.Order)); err == nil || err.Error() != tc.want {
			t.Errorf("%.40s: %v, want %s", tc.in, err, tc.want)
		}
	}
	if err := codec.DecodeString(`{"id":1`, new(order.Order)); !errors.Is(err, codec.ErrTruncated) {
		t.Errorf("%v is not ErrTruncated", err)
	}
}

// The path repeats what the sender wrote, so it must be bounded.
func TestPathsAreBounded(t *testing.T) {
	doc := strings.Repeat(`{"l":`, 9000) + "1" + strings.Repeat("}", 9000)
	err := codec.DecodeString(doc, new(gentest.Tree))
	var mistyped *codec.TypeError
	if !errors.As(err, &mistyped) || len(mistyped.Path) > 300 {
		t.Errorf("error %.80v, path of %d bytes", err, len(mistyped.Path))
	}
}

func TestPolicies(t *testing.T) {
	dup := codec.Options{DuplicateKeys: codec.RejectDuplicates}
	utf := codec.Options{InvalidUTF8: codec.RejectInvalidUTF8}
	unknown := codec.Options{UnknownFields: codec.RejectUnknownFields}
	exact := codec.Options{CaseSensitive: true, UnknownFields: codec.RejectUnknownFields}
	for _, tc := range []struct {
		o    codec.Options
		in   string
		want error
	}{
		{dup, `{"id":1,"number":"1"}`, nil},
		{dup, `{"id":1,"id":1}`, codec.ErrDuplicateKey},
		{dup, `{"id":1,"ID":1}`, codec.ErrDuplicateKey},
		{dup, `{"\u0069d":1,"id":1}`, codec.ErrDuplicateKey},
		{dup, `{"x":1,"x":1}`, codec.ErrDuplicateKey},
		{dup, `{"x":{"y":1,"y":1}}`, codec.ErrDuplicateKey},
		{dup, `{"x":[{"y":1},{"y":1}]}`, nil},
		{dup, `{"totals":{"a":1,"a":2}}`, codec.ErrDuplicateKey},
		{dup, `{"items":[{"sku":"a"},{"sku":"a","sku":"b"}]}`, codec.ErrDuplicateKey},
		{utf, `{"number":"é🙂"}`, nil},
		{utf, "{\"number\":\"\xff\"}", codec.ErrInvalidUTF8},
		{utf, `{"number":"\ud800"}`, codec.ErrInvalidUTF8},
		{utf, "{\"x\":\"\xff\"}", codec.ErrInvalidUTF8},
		{utf, "{\"\xff\":1}", codec.ErrInvalidUTF8},
		{utf, "{\"placed\":\"\xff\"}", codec.ErrInvalidUTF8},
		{unknown, `{"ID":1}`, nil},
		{unknown, `{"x":1}`, codec.ErrUnknownField},
		{unknown, `{"customer":{"x":1}}`, codec.ErrUnknownField},
		{exact, `{"id":1}`, nil},
		{exact, `{"ID":1}`, codec.ErrUnknownField},
	} {
		if err := tc.o.Decode([]byte(tc.in), new(order.Order)); !errors.Is(err, tc.want) {
			t.Errorf("%+v of %q: %v, want %v", tc.o, tc.in, err, tc.want)
		}
	}
	many := new(gentest.Many)
	for _, doc := range []string{`{"F68":1,"F01":1,"f68":2}`, `{"F64":1,"F64":2}`, `{"F63":1,"F63":2}`} {
		if err := dup.Decode([]byte(doc), many); !errors.Is(err, codec.ErrDuplicateKey) {
			t.Errorf("%s: %v", doc, err)
		}
	}
	if err := dup.Decode([]byte(`{"k":{"v":1,"kids":[{"v":1,"v":1}]}}`), new(gentest.Dict)); !errors.Is(err, codec.ErrDuplicateKey) {
		t.Errorf("inside a map: %v", err)
	}
	var free any
	if err := dup.Decode([]byte(`[{"a":1,"a":1}]`), anyTarget{&free}); !errors.Is(err, codec.ErrDuplicateKey) {
		t.Errorf("inside any: %v", err)
	}
}

// Without MaxDepth, duplicates or the rest set, a later policy must not leak
// from a Decoder used before: they are pooled.
func TestPoliciesDoNotStick(t *testing.T) {
	strict := codec.Options{DuplicateKeys: codec.RejectDuplicates, MaxDepth: 1, CaseSensitive: true}
	for range 100 {
		_ = strict.Decode([]byte(`{"id":1,"id":1}`), new(order.Order))
		if err := codec.DecodeString(`{"id":1,"ID":2,"items":[{}]}`, new(order.Order)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestParseFloat(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	check := func(s string) {
		t.Helper()
		want, wantErr := strconv.ParseFloat(s, 64)
		var got celsiusFree
		err := codec.DecodeString(s, &got)
		if (err != nil) != (wantErr != nil) || err == nil && math.Float64bits(float64(got)) != math.Float64bits(want) {
			t.Fatalf("%s: %v, %v, want %v, %v", s, float64(got), err, want, wantErr)
		}
	}
	for range 30_000 {
		digits := strconv.FormatUint(r.Uint64()>>r.IntN(64), 10)
		point := r.IntN(len(digits))
		check("-" + digits)
		check("0." + digits)
		if point > 0 && digits[0] != '0' {
			check(digits[:point] + "." + digits[point:])
		}
		if x := math.Float64frombits(r.Uint64()); !math.IsNaN(x) && !math.IsInf(x, 0) {
			check(strconv.FormatFloat(x, 'e', r.IntN(20), 64))
		}
	}
	for _, s := range []string{"18446744073709551616", "18446744073709551616.5", "-0", "-0.0", "9007199254740992", "9007199254740993", "0.9007199254740993", "1e22", "1e23", "4.9e-324", "2e-324", "1e309"} {
		check(s)
	}
}

// celsiusFree is a float without bounds.
type celsiusFree float64

func (c *celsiusFree) DecodeJSON(d *codec.Decoder) { d.Float64((*float64)(c)) }

// One small string kept must not keep its document.
func TestStringsDoNotPinTheInput(t *testing.T) {
	const docs, size = 64, 1 << 20
	kept := make([]string, docs)
	before := heap()
	for i := range kept {
		doc := []byte(`{"sku":"` + strconv.Itoa(1000+i) + `","title":"` + strings.Repeat("x", size) + `"}`)
		var item order.Item
		if err := codec.Decode(doc, &item); err != nil {
			t.Fatal(err)
		}
		kept[i] = item.SKU
	}
	if grown := heap() - before; grown > docs*8<<10 {
		t.Errorf("%d short strings keep %d bytes", docs, grown)
	}
	runtime.KeepAlive(kept)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The input is the caller's again after Decode, also where a value was copied raw.
func TestInputMayBeReused(t *testing.T) {
	doc := []byte(`{"s<&>é":"keep","Raw":{"a":1},"Number":12,"Any":["x"],"Bytes":"aGk="}`)
	var v gentest.Scalars
	if err := codec.Decode(doc, &v); err != nil {
		t.Fatal(err)
	}
	clear(doc)
	if v.String != "keep" || string(v.Raw) != `{"a":1}` || v.Number != "12" || v.Any.([]any)[0] != "x" || string(v.Bytes) != "hi" {
		t.Errorf("after the input was cleared: %+v", v)
	}
}

// Many goroutines share the pools: under -race this is where sharing shows.
func TestConcurrentUse(t *testing.T) {
	want, err := codec.Marshal(order.Sample())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	for range 8 {
		go func() {
			for range 200 {
				var o order.Order
				if err := codec.Decode(want, &o); err != nil {
					done <- err
					return
				}
				if got, err := codec.Marshal(&o); err != nil || string(got) != string(want) {
					done <- fmt.Errorf("got %s, %v", got, err)
					return
				}
			}
			done <- nil
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

package shop_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	codeceasyjson "github.com/hotpath-go/hotpath/codec/easyjson"
	"github.com/hotpath-go/hotpath/codec/easyjson/example/shop"
	"github.com/mailru/easyjson"
)

func shelf() *shop.Shelf {
	b := shop.Book{Title: "<Grüße>", ISBN: "1", Price: 9.5, Added: time.Unix(1e9, 5).UTC(), Tags: []string{"a"}, Counts: map[string]int{"z": 1, "a": 2}}
	return &shop.Shelf{Name: "top", Books: []shop.Book{b, {Next: &b}}, Top: &b}
}

func ways(t *testing.T, s *shop.Shelf) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	var err [3]error
	out["easyjson"], err[0] = easyjson.Marshal(s)
	out["codec"], err[1] = codec.Marshal(codeceasyjson.Of(s))
	out["encoding/json"], err[2] = json.Marshal(s)
	if err := errors.Join(err[:]...); err != nil {
		t.Fatal(err)
	}
	return out
}

// A type of easyjson that holds types of codec is the same by every library.
func TestBothWays(t *testing.T) {
	want := shelf()
	type book shop.Book
	top, err := json.Marshal((*book)(want.Top))
	if err != nil {
		t.Fatal(err)
	}
	for name, doc := range ways(t, want) {
		if !strings.HasSuffix(string(doc), `"top":`+string(top)+"}") {
			t.Errorf("%s: %s does not end with %s", name, doc, top)
		}
		var a, b, c shop.Shelf
		if err := errors.Join(easyjson.Unmarshal(doc, &a), codec.Decode(doc, codeceasyjson.Into(&b)), json.Unmarshal(doc, &c)); err != nil {
			t.Fatal(err)
		}
		for _, got := range []*shop.Shelf{&a, &b, &c} {
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got %+v, want %+v", name, got, want)
			}
		}
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	for _, room := range []int{0, 10, 100, 10_000} {
		dst := append(make([]byte, 0, room), "before "...)
		got, err := codec.Append(dst, codeceasyjson.Of(shelf()))
		if want := "before " + string(ways(t, shelf())["easyjson"]); err != nil || string(got) != want {
			t.Errorf("room %d: %v\n got %s\nwant %s", room, err, got, want)
		}
	}
}

// Errors cross the bridge in both directions, and syntax is codec's: easyjson
// accepts 01.
func TestErrors(t *testing.T) {
	var s shop.Shelf
	for _, doc := range []string{`{"books":[{"price":"x"}]}`, `{"name":1}`, `{"books":[{"price":1]}`, `{"x":01}`, ``, `{} {}`} {
		if err := codec.Decode([]byte(doc), codeceasyjson.Into(&s)); err == nil {
			t.Errorf("codec accepts %s", doc)
		}
	}
	var te *codec.TypeError
	if err := easyjson.Unmarshal([]byte(`{"books":[{"price":"x"}]}`), &s); !errors.As(err, &te) || te.Path != "$.price" {
		t.Errorf("easyjson's error is %v, want codec's with its path", err)
	}
	far := &shop.Shelf{Top: &shop.Book{Added: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}
	out, err := codec.Append([]byte("x"), codeceasyjson.Of(far))
	if err == nil || string(out) != "x" {
		t.Errorf("Append of year 10000 = %q, %v, want an error", out, err)
	}
}

// easyjson's nocopy strings are views of their input, and codec's input belongs
// to its caller.
func TestInputIsNotKept(t *testing.T) {
	doc := []byte(`{"name":"aaaaaaaa"}`)
	var s shop.Shelf
	if err := codec.Decode(doc, codeceasyjson.Into(&s)); err != nil {
		t.Fatal(err)
	}
	for i := range doc {
		doc[i] = 'x'
	}
	if s.Name != "aaaaaaaa" {
		t.Errorf("name %q changed with the input", s.Name)
	}
}

func TestNil(t *testing.T) {
	if out, err := codec.Marshal(codeceasyjson.Of(nil)); err != nil || string(out) != "null" {
		t.Errorf("nil = %s, %v, want null", out, err)
	}
}

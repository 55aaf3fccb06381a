package codec_test

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
	"unsafe"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

func within(s string, data []byte) bool {
	for i := range data {
		if &data[i] == unsafe.StringData(s) {
			return true
		}
	}
	return false
}

func TestNoCopy(t *testing.T) {
	data := []byte(`{"first":"plain","items":["a\u00e9b","ok","bad` + "\xff" + `"],"by_key":{"key":"value"},"maybe":"` + strings.Repeat("long", 100) + `"}`)
	var v, w gentest.Page[string]
	if err := (codec.Options{NoCopy: true}).Decode(data, &v); err != nil {
		t.Fatal(err)
	}
	if err := codec.Decode(bytes.Clone(data), &w); err != nil {
		t.Fatal(err)
	}
	key := func(p gentest.Page[string]) (k string) {
		for k = range p.ByKey {
		}
		return k
	}
	for _, c := range []struct {
		got, want string
		aliased   bool
	}{
		{v.First, w.First, true}, {v.Items[0], w.Items[0], false}, {v.Items[1], w.Items[1], true}, {v.Items[2], w.Items[2], false},
		{v.ByKey["key"], "value", true}, {key(v), "key", true}, {*v.Maybe, *w.Maybe, true},
	} {
		if c.got != c.want || within(c.got, data) != c.aliased {
			t.Errorf("%q is in the input: %v, want %q, %v", c.got, within(c.got, data), c.want, c.aliased)
		}
	}
	if within(w.First, data) {
		t.Error("a string of the default mode is a part of the input")
	}
}

// The buffers of a Reader and a Stream are used again: strings in them would change.
func TestNoCopyNeverPointsIntoReusedBuffers(t *testing.T) {
	o := codec.Options{NoCopy: true}
	s := codec.Stream{R: strings.NewReader(`{"sku":"first"} {"sku":"OTHER"}` + strings.Repeat(" ", 8192) + `{"sku":"third"}`), Options: o}
	var items [3]order.Item
	for i := range items {
		if err := s.Next(&items[i]); err != nil {
			t.Fatal(err)
		}
	}
	if items[0].SKU != "first" || items[1].SKU != "OTHER" || items[2].SKU != "third" {
		t.Errorf("read %q, %q, %q", items[0].SKU, items[1].SKU, items[2].SKU)
	}
	for range 20 { // until the pool hands out a buffer again
		var a, b order.Item
		for _, c := range []struct {
			doc  string
			into *order.Item
		}{{`{"sku":"kept"}`, &a}, {`{"sku":"gone"}`, &b}} {
			r := httptest.NewRequest("POST", "/", strings.NewReader(c.doc))
			r.Header.Set("Content-Type", "application/json")
			if err := (&codec.Reader{Options: o}).Read(httptest.NewRecorder(), r, c.into); err != nil {
				t.Fatal(err)
			}
		}
		if a.SKU != "kept" || b.SKU != "gone" {
			t.Fatalf("read %q, %q", a.SKU, b.SKU)
		}
	}
}

//go:build !race

package codec_test

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
)

func checkAllocs(t *testing.T, name string, most float64, f func()) {
	t.Helper()
	if got := testing.AllocsPerRun(200, f); got > most {
		t.Errorf("%s: %v allocations, want at most %v", name, got, most)
	}
}

// sink is a ResponseWriter that costs nothing itself.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             { clear(s.header) }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

func TestAllocations(t *testing.T) {
	o := order.Sample()
	buf := make([]byte, 0, 64<<10)
	doc, err := codec.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	checkAllocs(t, "Append", 0, func() { buf, _ = codec.Append(buf[:0], o) })
	wide := &order.Order{Totals: map[string]float64{}, Attributes: map[string]string{}}
	for i := range 300 {
		key := strconv.Itoa(i)
		wide.Totals[key], wide.Attributes[key] = 1, key
	}
	checkAllocs(t, "Append maps of 300", 0, func() { buf, _ = codec.Append(buf[:0], wide) })
	checkAllocs(t, "Marshal", 1, func() { _, _ = codec.Marshal(o) })
	var large codec.Appender = text(strings.Repeat("x", 200<<10))
	checkAllocs(t, "Marshal 200 kB", 1, func() { _, _ = codec.Marshal(large) })
	w := &sink{http.Header{}}
	// The digits of the length, which net/http keeps, and an array for both values.
	checkAllocs(t, "Write", 2, func() { _ = codec.Write(w, 200, o) })

	item := []byte(`{"sku":"A-1","title":"shirt","quantity":2,"price":19.99,"unknown":{"a":["\u00e9"]}}`)
	var target order.Item
	checkAllocs(t, "Decode into a used target", 0, func() {
		if err := codec.Decode(item, &target); err != nil {
			t.Fatal(err)
		}
	})
	var used order.Order // has maps, whose keys and text elements come again
	checkAllocs(t, "Decode 2.4 kB into a used target", 0, func() {
		if err := codec.Decode(doc, &used); err != nil {
			t.Fatal(err)
		}
	})
	checkAllocs(t, "Decode 2.4 kB into a fresh value", 30, func() {
		if err := codec.Decode(doc, new(order.Order)); err != nil {
			t.Fatal(err)
		}
	})

	body := bytes.NewReader(item)
	r, err := http.NewRequest("POST", "/", io.NopCloser(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	var rd codec.Reader
	checkAllocs(t, "Read into a used target", 1, func() {
		body.Reset(item)
		if err := rd.Read(w, r, &target); err != nil {
			t.Fatal(err)
		}
	})
}

package codec_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
)

// plainOrder is order.Order without methods, so that encoding/json works on it
// by reflection as it does on everybody's types.
type plainOrder struct {
	ID         uint64             `json:"id"`
	Number     string             `json:"number"`
	Placed     time.Time          `json:"placed"`
	Updated    time.Time          `json:"updated"`
	Shipped    *time.Time         `json:"shipped,omitempty"`
	Customer   plainCustomer      `json:"customer"`
	Items      []plainItem        `json:"items"`
	Totals     map[string]float64 `json:"totals"`
	Attributes map[string]string  `json:"attributes"`
	Flags      map[string]bool    `json:"flags"`
	Note       string             `json:"note,omitempty"`
	Paid       bool               `json:"paid"`
}

type plainCustomer struct {
	Name    string        `json:"name"`
	Email   string        `json:"email"`
	Since   time.Time     `json:"since"`
	Address *plainAddress `json:"address"`
	Roles   []string      `json:"roles"`
}

type plainAddress struct {
	Street  string  `json:"street"`
	City    string  `json:"city"`
	Country string  `json:"country"`
	Lat     float64 `json:"lat"`
	Lon     float64 `json:"lon"`
}

type plainItem struct {
	SKU      string   `json:"sku"`
	Title    string   `json:"title"`
	Quantity int      `json:"quantity"`
	Price    float64  `json:"price"`
	Discount float64  `json:"discount,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}

// samples returns the document in all its forms, and fails if the two
// libraries do not agree about it.
func samples(tb testing.TB) (doc []byte, ours *order.Order, theirs *plainOrder) {
	ours = order.Sample()
	doc, err := codec.Marshal(ours)
	if err != nil {
		tb.Fatal(err)
	}
	theirs = new(plainOrder)
	if err := json.Unmarshal(doc, theirs); err != nil {
		tb.Fatal(err)
	}
	if std, err := json.Marshal(theirs); err != nil || string(std) != string(doc) {
		tb.Fatalf("encoding/json writes %s (%v), want %s", std, err, doc)
	}
	return doc, ours, theirs
}

func TestSampleSize(t *testing.T) {
	if doc, _, _ := samples(t); len(doc) < 2200 || len(doc) > 2500 {
		t.Errorf("the sample is %d bytes", len(doc))
	}
}

func BenchmarkEncode(b *testing.B) {
	doc, ours, theirs := samples(b)
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	buf := make([]byte, 0, 2*len(doc))
	run("Append", func() (err error) { buf, err = codec.Append(buf[:0], ours); return err })
	run("Marshal", func() error { _, err := codec.Marshal(ours); return err })
	run("encoding_json", func() error { _, err := json.Marshal(theirs); return err })
	run("encoding_json_calls_codec", func() error { _, err := json.Marshal(ours); return err })
}

func BenchmarkDecode(b *testing.B) {
	doc, _, _ := samples(b)
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(doc)))
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	run("Decode", func() error { return codec.Decode(doc, new(order.Order)) })
	var used order.Order
	run("Decode_reused", func() error { return codec.Decode(doc, &used) })
	strict := codec.Options{DuplicateKeys: codec.RejectDuplicates, InvalidUTF8: codec.RejectInvalidUTF8, UnknownFields: codec.RejectUnknownFields}
	run("Decode_strict", func() error { return strict.Decode(doc, new(order.Order)) })
	run("encoding_json", func() error { return json.Unmarshal(doc, new(plainOrder)) })
	run("encoding_json_calls_codec", func() error { return json.Unmarshal(doc, new(order.Order)) })
}

package codec_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing/iotest"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
	"github.com/hotpath-go/hotpath/codec/wire"
)

// Item has the methods codecgen wrote for it.
type Item = order.Item

// addItem is a whole JSON endpoint.
func addItem(w http.ResponseWriter, r *http.Request) {
	var item Item
	if err := codec.Read(w, r, &item, 64<<10); err != nil {
		codec.WriteProblem(w, codec.ProblemFor(err))
		return
	}
	item.Quantity++
	codec.Write(w, http.StatusCreated, &item)
}

func post(body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/items", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	addItem(w, r)
	return w
}

func Example() {
	w := post(`{"sku": "A-1", "quantity": 2, "price": 19.99}`)
	fmt.Println(w.Code, w.Body)
	// Output: 201 {"sku":"A-1","title":"","quantity":3,"price":19.99}
}

func ExampleWriteProblem() {
	w := post(`{"sku": "A-1", "price": "free"}`)
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	fmt.Println(w.Body)
	// Output:
	// 422 application/problem+json
	// {"title":"Unprocessable Entity","status":422,"detail":"codec: $.price: cannot decode string into float64"}
}

func ExampleReader() {
	strict := codec.Reader{Limit: 1 << 10, Options: codec.Options{UnknownFields: codec.RejectUnknownFields}}
	r := httptest.NewRequest("POST", "/items", strings.NewReader(`{"sku":"A-1","colour":"red"}`))
	r.Header.Set("Content-Type", "application/json")
	err := strict.Read(httptest.NewRecorder(), r, new(order.Item))
	fmt.Println(codec.Status(err), err)
	// Output: 422 codec: unknown field: $.colour
}

func ExampleAppend() {
	buf := make([]byte, 0, 1024)
	buf, err := codec.Append(buf, &order.Item{SKU: "A<1>", Price: 0.5})
	fmt.Println(string(buf), err)
	// Output: {"sku":"A\u003c1\u003e","title":"","quantity":0,"price":0.5} <nil>
}

// An Appender written by hand.
type celsius float64

func (c *celsius) AppendJSON(dst []byte) ([]byte, error) {
	return wire.AppendFloat64(dst, float64(*c))
}

// DecodeJSON makes it a Decodable, too.
func (c *celsius) DecodeJSON(d *codec.Decoder) {
	d.Float64((*float64)(c))
	if *c < -273.15 {
		d.Fail(errors.New("colder than possible"))
	}
}

func ExampleAppender() {
	c := celsius(21.5)
	out, err := codec.Marshal(&c)
	fmt.Println(string(out), err)
	// Output: 21.5 <nil>
}

func ExampleDecodable() {
	var c celsius
	fmt.Println(codec.DecodeString("-300", &c))
	// Output: codec: $: colder than possible
}

// pair is an array of two.
type pair [2]int

func (p *pair) DecodeJSON(d *codec.Decoder) {
	if !d.BeginArray() {
		return
	}
	for i := 0; d.NextElem(i); i++ {
		if i < len(p) {
			d.Int(&p[i])
		} else {
			d.Skip()
		}
	}
}

func ExampleDecoder() {
	var p pair
	err := codec.DecodeString(`[3, 4, {"more": true}]`, &p)
	fmt.Println(p, err)
	// Output: [3 4] <nil>
}

func ExampleOptions() {
	strict := codec.Options{DuplicateKeys: codec.RejectDuplicates, InvalidUTF8: codec.RejectInvalidUTF8}
	err := strict.Decode([]byte(`{"customer":{"name":"a","name":"b"}}`), new(order.Order))
	fmt.Println(err, errors.Is(err, codec.ErrDuplicateKey))
	// Output: codec: duplicate key: $.customer.name true
}

func ExampleOptions_DecodeString() {
	var item order.Item
	err := codec.Options{NoCopy: true}.DecodeString(`{"sku":"a part of this text","price":1.5}`, &item)
	fmt.Println(item.SKU, err)
	// Output: a part of this text <nil>
}

func ExampleDuplicateKeys() {
	var item order.Item
	fmt.Println(codec.DecodeString(`{"sku":"a","sku":"b"}`, &item), item.SKU)
	// Output: <nil> b
}

func ExampleUnknownFields() {
	o := codec.Options{UnknownFields: codec.RejectUnknownFields}
	fmt.Println(o.Decode([]byte(`{"skew":"a"}`), new(order.Item)))
	// Output: codec: unknown field: $.skew
}

func ExampleInvalidUTF8() {
	var item order.Item
	fmt.Printf("%v %q\n", codec.DecodeString("{\"sku\":\"\xff\"}", &item), item.SKU)
	// Output: <nil> "�"
}

func ExampleSyntaxError() {
	err := codec.DecodeString(`{"sku":"a",}`, new(order.Item))
	var syntax *codec.SyntaxError
	fmt.Println(errors.As(err, &syntax), syntax.Offset, errors.Is(err, codec.ErrSyntax))
	// Output: true 11 true
}

func ExampleTypeError() {
	err := codec.DecodeString(`{"items":[{},{"price":"free"}]}`, new(order.Order))
	var mistyped *codec.TypeError
	fmt.Println(errors.As(err, &mistyped), mistyped.Path, mistyped.Value, mistyped.Want)
	// Output: true $.items[1].price string float64
}

func ExampleValueError() {
	err := codec.DecodeString(`{"placed":"yesterday"}`, new(order.Order))
	var value *codec.ValueError
	fmt.Println(errors.As(err, &value), value.Path)
	// Output: true $.placed
}

func ExampleFieldError() {
	err := codec.Options{DuplicateKeys: codec.RejectDuplicates}.Decode([]byte(`{"id":1,"ID":2}`), new(order.Order))
	var field *codec.FieldError
	fmt.Println(errors.As(err, &field), field.Path)
	// Output: true $.ID
}

func ExampleBodyError() {
	r := httptest.NewRequest("POST", "/", iotest.ErrReader(io.ErrUnexpectedEOF))
	r.Header.Set("Content-Type", "application/json")
	err := codec.Read(httptest.NewRecorder(), r, new(order.Item), 1<<10)
	fmt.Println(err, codec.Status(err))
	// Output: codec: reading the body: unexpected EOF 400
}

func ExampleProblem() {
	w := httptest.NewRecorder()
	codec.WriteProblem(w, codec.Problem{Type: "https://example.com/out-of-stock", Title: "Out of stock", Status: 409})
	fmt.Println(w.Code, w.Body)
	// Output: 409 {"type":"https://example.com/out-of-stock","title":"Out of stock","status":409}
}

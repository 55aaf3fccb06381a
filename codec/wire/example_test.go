package wire_test

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/hotpath-go/hotpath/codec/wire"
)

// Written by hand, a file names the runtime it was written for, as generated ones do.
const _ = wire.GeneratedVersion3

// point has by hand what codecgen would write.
type point struct{ x, y int }

func (p *point) AppendJSON(dst []byte) ([]byte, error) {
	dst = wire.AppendInt(append(dst, `{"x":`...), int64(p.x))
	dst = wire.AppendInt(append(dst, `,"y":`...), int64(p.y))
	return append(dst, '}'), nil
}

var pointFields = []wire.Field{{Key: `"x":`, Fold: "X"}, {Key: `"y":`, Fold: "Y"}}

func (p *point) DecodeJSON(d *wire.Decoder) {
	var o wire.Object
	if !d.BeginObject(&o, pointFields) {
		return
	}
	for d.Next(&o) {
		switch o.Index {
		case 0:
			d.Int(&p.x)
		case 1:
			d.Int(&p.y)
		default:
			d.Skip()
		}
	}
}

func ExampleAppender() {
	out, err := wire.Marshal(&point{1, 2})
	fmt.Println(string(out), err)
	// Output: {"x":1,"y":2} <nil>
}

func ExampleDecodable() {
	var p point
	fmt.Println(wire.Decode([]byte(`{"x":1,"y":2}`), &p), p)
	// Output: <nil> {1 2}
}

func ExampleDecoder() {
	var p point
	err := wire.Decode([]byte(`{"Y": 2, "z": [{}], "x": 1}`), &p)
	fmt.Println(p, err)
	// Output: {1 2} <nil>
}

func ExampleObject() {
	var p point
	fmt.Println(wire.Decode([]byte(`{"x":1,"y"}`), &p))
	// Output: codec: want : after an object key at offset 10
}

func ExampleField() {
	var p point
	fmt.Println(wire.Decode([]byte(`{"X":1,"y":2}`), &p), p)
	// Output: <nil> {1 2}
}

func ExamplePolicy() {
	var p point
	fmt.Println(wire.Policy{CaseSensitive: true}.Decode([]byte(`{"X":1,"y":2}`), &p), p)
	// Output: <nil> {0 2}
}

func ExampleDepthAppender() {
	loop := map[string]any{}
	loop["self"] = loop
	_, err := wire.AppendAny(nil, loop, 0)
	fmt.Println(errors.Is(err, wire.ErrDepth))
	// Output: true
}

func ExampleTextKey() {
	hosts := map[netip.Addr]string{netip.MustParseAddr("::1"): "here", netip.MustParseAddr("192.0.2.1"): "there"}
	keys, err := wire.SortedTextKeys(hosts)
	for _, k := range keys {
		fmt.Println(k.Text, hosts[k.Key], err)
	}
	// Output:
	// 192.0.2.1 there <nil>
	// ::1 here <nil>
}

func ExampleSyntaxError() {
	err := wire.Validate([]byte(`[1,]`))
	var syntax *wire.SyntaxError
	fmt.Println(errors.As(err, &syntax), syntax.Offset, errors.Is(err, wire.ErrSyntax))
	// Output: true 3 true
}

func ExampleTypeError() {
	err := wire.Decode([]byte(`{"x":1.5}`), new(point))
	var mistyped *wire.TypeError
	fmt.Println(errors.As(err, &mistyped), mistyped.Path, mistyped.Value)
	// Output: true $.x number 1.5
}

// even refuses what is odd.
type even int

func (e *even) DecodeJSON(d *wire.Decoder) {
	if d.Int((*int)(e)); *e%2 != 0 {
		d.Fail(errors.New("odd"))
	}
}

func ExampleValueError() {
	err := wire.Decode([]byte(`3`), new(even))
	var value *wire.ValueError
	fmt.Println(errors.As(err, &value), value.Path, value.Err)
	// Output: true $ odd
}

func ExampleFieldError() {
	err := wire.Policy{RejectUnknown: true}.Decode([]byte(`{"z":3}`), new(point))
	var field *wire.FieldError
	fmt.Println(errors.As(err, &field), field.Path, errors.Is(err, wire.ErrUnknownField))
	// Output: true $.z true
}

package wire

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unsafe"
)

// Raw copies the next value's text into *p, reusing its array.
func (d *Decoder) Raw(p *json.RawMessage) {
	if raw, ok := d.rawValue(); ok {
		*p = append((*p)[:0], raw...)
	}
}

// Number decodes a number, or a string that holds one, into *p; null leaves it alone.
func (d *Decoder) Number(p *json.Number) {
	c := d.peek()
	start := d.pos
	switch {
	case isNumber(c):
		if tok, _, ok := d.number(); ok {
			*p = json.Number(d.keep(tok))
		}
	case c == '"':
		b, ok := d.text()
		if !ok {
			return
		}
		if !validNumber(string(b)) {
			d.failValue(start, fmt.Errorf("invalid number literal %.32q", b))
			return
		}
		*p = json.Number(d.keep(b))
	default:
		d.scalarMismatch(c, "number")
	}
}

// Bytes decodes base64, or an array of numbers as encoding/json admits, into
// *p; null makes it nil.
func Bytes[S ~[]B, B ~uint8](d *Decoder, p *S) {
	// Rule: as in bytesOf, the layouts are the same.
	d.bytes((*[]byte)(unsafe.Pointer(p)))
}

func (d *Decoder) bytes(p *[]byte) {
	c := d.peek()
	start := d.pos
	switch c {
	case '"':
		b, ok := d.text()
		if !ok {
			return
		}
		out := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
		n, err := base64.StdEncoding.Decode(out, b)
		if err != nil {
			d.saveValue(start, err)
			return
		}
		*p = out[:n]
	case 'n':
		if d.literal("null") {
			*p = nil
		}
	case '[':
		d.byteArray(p)
	default:
		d.mismatch("base64 string")
	}
}

func (d *Decoder) byteArray(p *[]byte) {
	if !d.BeginArray() {
		return
	}
	s := (*p)[:cap(*p)]
	n := 0
	for d.NextElem(n) {
		if n == len(s) {
			s = Grow(s)
		}
		d.Uint8(&s[n])
		n++
	}
	*p = Finish(s, n)
}

// Unmarshaler hands the text of the next value, null included, to u. The text
// is a part of the input: u must copy what it keeps, as json.Unmarshaler says.
func (d *Decoder) Unmarshaler(u json.Unmarshaler) {
	start := d.valueStart()
	if raw, ok := d.rawValue(); ok {
		if err := u.UnmarshalJSON(raw); err != nil {
			d.failValue(start, err)
		}
	}
}

// Text hands the contents of the next string to u. Null is left to the caller,
// because what it does depends on the kind of the target.
func (d *Decoder) Text(u encoding.TextUnmarshaler) {
	if d.peek() != '"' {
		d.mismatch(fmt.Sprintf("%T", u))
		return
	}
	start := d.pos
	if b, ok := d.text(); ok {
		if err := u.UnmarshalText(b); err != nil {
			d.failValue(start, err)
		}
	}
}

// EmbeddedNil reports that a field sits in an embedded pointer to an unexported
// struct, which encoding/json cannot allocate, and skips its value.
func (d *Decoder) EmbeddedNil(name string) {
	d.saveValue(d.pos, fmt.Errorf("cannot set embedded pointer to unexported struct %s", name))
	d.Skip()
}

func (d *Decoder) valueStart() int {
	d.peek()
	return d.pos
}

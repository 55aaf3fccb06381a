package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// errQuoted is what a value of a ",string" field is refused with.
var errQuoted = errors.New("invalid value for a field with the string option")

// Quoted reads the value of a field with the ",string" option. It returns the
// text inside the string, or null for null in either form. ok is false if
// there is nothing to set. The text is valid until the next string is read.
func (d *Decoder) Quoted() (text []byte, null, ok bool) {
	c := d.peek()
	start := d.pos
	switch c {
	case 'n':
		return nil, d.literal("null"), false
	case '"':
	default:
		d.Skip()
		if tok := d.data[start:d.pos]; isNumber(c) && !fitsFloat(tok) {
			// encoding/json takes a number beyond float64, without quotes, for null.
			d.saveType(start, describeNumber(tok), "float64")
			return nil, true, false
		}
		d.saveValue(start, errQuoted)
		return nil, false, false
	}
	b, ok := d.text()
	switch {
	case !ok:
		return nil, false, false
	case string(b) == "null":
		return nil, true, false
	case len(b) == 0 || b[0] == 'n':
		d.saveValue(start, errQuoted)
		return nil, false, false
	}
	return b, false, true
}

// quotedLiteral sorts out text that cannot be a number. It returns true if
// text may be one.
func (d *Decoder) quotedLiteral(text []byte, want string) bool {
	switch c := text[0]; {
	case c == 't' || c == 'f':
		d.saveValue(d.pos, errQuoted)
		return false
	case c == '"' && json.Valid(text):
		d.saveType(d.pos, "string", want)
		return false
	case !isNumber(c):
		d.failValue(d.pos, errQuoted)
		return false
	}
	return true
}

// QuotedInt sets *p from the text of Quoted. Like encoding/json it takes what
// strconv takes, leading zeros included.
func QuotedInt[T signed](d *Decoder, text []byte, p *T) {
	if !d.quotedLiteral(text, "int") {
		return
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || int64(T(n)) != n {
		d.saveType(d.pos, describeNumber(text), "int")
		return
	}
	*p = T(n)
}

// QuotedUint is QuotedInt for unsigned integers.
func QuotedUint[T unsigned](d *Decoder, text []byte, p *T) {
	if !d.quotedLiteral(text, "uint") {
		return
	}
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil || uint64(T(n)) != n {
		d.saveType(d.pos, describeNumber(text), "uint")
		return
	}
	*p = T(n)
}

// QuotedFloat is QuotedInt for floats of bitSize bits.
func QuotedFloat[T ~float32 | ~float64](d *Decoder, text []byte, p *T, bitSize int) {
	if !d.quotedLiteral(text, "float") {
		return
	}
	f, err := strconv.ParseFloat(string(text), bitSize)
	if err != nil {
		d.saveType(d.pos, describeNumber(text), "float")
		return
	}
	*p = T(f)
}

// QuotedBool sets *p from the text of Quoted.
func QuotedBool[T ~bool](d *Decoder, text []byte, p *T) {
	switch {
	case string(text) == "true":
		*p = true
	case string(text) == "false":
		*p = false
	case text[0] == 't' || text[0] == 'f':
		d.saveValue(d.pos, errQuoted)
	case text[0] == '"' && json.Valid(text):
		d.saveType(d.pos, "string", "bool")
	default:
		d.failValue(d.pos, errQuoted)
	}
}

// QuotedString sets *p from the JSON string inside the text of Quoted.
func QuotedString[T ~string](d *Decoder, text []byte, p *T) {
	if text[0] == 't' || text[0] == 'f' {
		d.saveValue(d.pos, errQuoted)
		return
	}
	s, ok := d.inner(text)
	if !ok {
		d.failValue(d.pos, fmt.Errorf("%w: %.32q", errQuoted, text))
		return
	}
	*p = T(s)
}

// inner reads the string that text is. It may begin anywhere in scratch, so it
// is copied before another string is read.
func (d *Decoder) inner(text []byte) (s string, ok bool) {
	if text[0] != '"' {
		return "", false
	}
	in := getDecoder(append([]byte(nil), text...), d.policy)
	defer in.release()
	in.apostrophe = true
	b, ok := in.text()
	if !ok || in.pos != len(text) {
		return "", false
	}
	return string(b), true
}

// QuotedNumber sets *p from the text of Quoted.
func QuotedNumber(d *Decoder, text []byte, p *json.Number) {
	var s string
	switch c := text[0]; {
	case c == 't' || c == 'f':
		d.saveValue(d.pos, errQuoted)
		return
	case c == '"':
		var ok bool
		if s, ok = d.inner(text); !ok || !validNumber(s) {
			d.failValue(d.pos, errQuoted)
			return
		}
	default:
		if s = string(text); !isNumber(c) {
			d.failValue(d.pos, errQuoted)
			return
		}
	}
	*p = json.Number(s)
}

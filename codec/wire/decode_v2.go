package wire

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unsafe"
)

// BeginV2 puts encoding/json/v2's policies in force: exact names, no duplicate
// keys, no invalid UTF-8. What was in force before is for EndV2.
func (d *Decoder) BeginV2() Policy {
	old := d.policy
	d.policy.RejectDuplicates, d.policy.RejectInvalidUTF8, d.policy.CaseSensitive = true, true, true
	return old
}

// EndV2 ends what BeginV2 began.
func (d *Decoder) EndV2(old Policy) { d.policy = old }

// BytesV2 decodes base64 by the letter of RFC 4648 into *p; null makes it nil.
func BytesV2[S ~[]B, B ~uint8](d *Decoder, p *S) {
	if d.Null() {
		*p = nil
	} else if b, ok := d.base64(); ok {
		*p = S(unsafe.Slice((*B)(unsafe.Pointer(unsafe.SliceData(b))), len(b))) // Rule: as in bytesOf
	}
}

// ByteArrayV2 decodes base64 that must fill all of p; null clears it.
func ByteArrayV2[B ~uint8](d *Decoder, p []B) {
	if d.Null() {
		clear(p)
	} else if b, ok := d.base64(); ok {
		clear(p[copy(bytesOf(p), b):])
		d.CheckLen(len(b), len(p))
	}
}

// base64 returns a slice of its own, which is never nil.
func (d *Decoder) base64() ([]byte, bool) {
	start := d.pos
	if d.peek() != '"' {
		d.mismatch("base64 string")
		return nil, false
	}
	text, ok := d.text()
	if !ok {
		return nil, false
	}
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(out, text)
	if err == nil && base64.StdEncoding.EncodedLen(n) != len(text) {
		err = errors.New("line break in base64") // which package base64 skips
	}
	if err != nil {
		d.saveValue(start, err)
	}
	return out[:n], err == nil
}

// CheckLen reports that an array of another length was met.
func (d *Decoder) CheckLen(n, want int) {
	if n != want {
		d.saveValue(d.pos, fmt.Errorf("%d elements for an array of %d", n, want))
	}
}

// DurationV2 decodes a string like "1h2m3.5s" into *p.
func (d *Decoder) DurationV2(p *time.Duration) {
	if d.peek() != '"' {
		d.mismatch("duration")
		return
	}
	start := d.pos
	if b, ok := d.text(); ok {
		n, err := time.ParseDuration(string(b))
		if err != nil {
			d.saveValue(start, err)
			return
		}
		*p = n
	}
}

// StringIntV2 decodes a number in a string into *p.
func StringIntV2[T signed](d *Decoder, p *T) {
	bits := 8 * int(unsafe.Sizeof(*p))
	if tok, start, ok := d.stringNumber(); ok {
		n, ok := parseInt(tok, bits)
		if !ok {
			d.saveType(start, describeNumber(tok), sized("int", bits))
			return
		}
		*p = T(n)
	}
}

// StringUintV2 is StringIntV2 for unsigned numbers.
func StringUintV2[T unsigned](d *Decoder, p *T) {
	bits := 8 * int(unsafe.Sizeof(*p))
	if tok, start, ok := d.stringNumber(); ok {
		n, ok := parseUint(tok)
		if !ok || n > math.MaxUint64>>(64-bits) {
			d.saveType(start, describeNumber(tok), sized("uint", bits))
			return
		}
		*p = T(n)
	}
}

// StringFloatV2 is StringIntV2 for floats.
func StringFloatV2[T ~float32 | ~float64](d *Decoder, p *T) {
	if tok, start, ok := d.stringNumber(); ok {
		f, ok := parseFloat(tok, 8*int(unsafe.Sizeof(*p)))
		if !ok {
			d.saveType(start, describeNumber(tok), "float")
			return
		}
		*p = T(f)
	}
}

// stringNumber consumes a string that holds a number of JSON and nothing else.
func (d *Decoder) stringNumber() (tok []byte, start int, ok bool) {
	if d.peek() != '"' {
		d.mismatch("number in a string")
		return nil, 0, false
	}
	start = d.pos
	if tok, ok = d.text(); ok && !validNumber(string(tok)) {
		d.saveType(start, fmt.Sprintf("string %.32q", tok), "number in a string")
		ok = false
	}
	return tok, start, ok
}

// KeyV2 returns the current key of o as one of m.
func KeyV2[M ~map[K]V, K ~string, V any](_ *Decoder, _ M, o *Object) (K, bool) {
	return K(o.Key), true
}

// IntKeyV2 is KeyV2 for integers, which must stand there as JSON writes them.
func IntKeyV2[M ~map[K]V, K signed, V any](d *Decoder, _ M, o *Object) (k K, ok bool) {
	if !d.numberKey(o) {
		return k, false
	}
	n, ok := parseInt([]byte(o.Key), 8*int(unsafe.Sizeof(k)))
	if !ok {
		d.saveType(o.start, describeNumber([]byte(o.Key)), "integer key")
	}
	return K(n), ok
}

// UintKeyV2 is IntKeyV2 for unsigned integers.
func UintKeyV2[M ~map[K]V, K unsigned, V any](d *Decoder, _ M, o *Object) (k K, ok bool) {
	if !d.numberKey(o) {
		return k, false
	}
	n, ok := parseUint([]byte(o.Key))
	if ok = ok && n <= math.MaxUint64>>(64-8*unsafe.Sizeof(k)); !ok {
		d.saveType(o.start, describeNumber([]byte(o.Key)), "integer key")
	}
	return K(n), ok
}

// numberKey checks the form of a key. 0 and -0 are one key.
func (d *Decoder) numberKey(o *Object) bool {
	if !validNumber(o.Key) {
		d.saveType(o.start, fmt.Sprintf("key %.32q", o.Key), "integer key")
		return false
	}
	if abs := strings.TrimPrefix(o.Key, "-"); abs == "0" {
		_, plus := o.seen["0"]
		_, minus := o.seen["-0"]
		return !plus || !minus || d.repeated()
	}
	return true
}

// AnyV2 decodes into what *p holds, or into a new value if that is nothing.
// Null leaves nothing in *p.
func (d *Decoder) AnyV2(p *any) {
	if d.Null() {
		*p = nil
		return
	}
	switch v := (*p).(type) {
	case nil:
		*p = d.any()
	case bool:
		d.Bool(&v)
		*p = v
	case float64:
		d.Float64(&v)
		*p = v
	case string:
		d.String(&v)
		*p = v
	case map[string]any:
		d.mergeV2(&v)
		*p = v
	case int:
		d.Int(&v)
		*p = v
	case []any:
		if d.peek() != '[' {
			d.mismatch("array")
			return
		}
		*p = d.anySlice()
	case Decodable:
		d.held(v)
	case json.Unmarshaler:
		d.Unmarshaler(v)
	case encoding.TextUnmarshaler:
		d.Text(v)
	default:
		d.Fail(fmt.Errorf("cannot decode into the %T that an interface holds", v))
	}
}

// mergeV2 decodes an object into a map: what stands under its keys is decoded into.
func (d *Decoder) mergeV2(m *map[string]any) {
	var o Object
	if !d.BeginObject(&o, nil) {
		return
	}
	MakeMap(m)
	for d.NextKey(&o) {
		k := o.Key
		e := (*m)[k]
		d.AnyV2(&e)
		(*m)[k] = e
	}
}

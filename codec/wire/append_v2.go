package wire

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// The functions named V2 follow encoding/json/v2 where it differs from v1: what
// codecgen -v2 writes calls them. Maps are sorted, as with json.Deterministic.

// AppendStringV2 appends s with no more escapes than JSON demands. Invalid UTF-8
// is ErrInvalidUTF8.
func AppendStringV2(dst []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return dst, fmt.Errorf("%w: in %.64q", ErrInvalidUTF8, s)
	}
	return appendString(dst, s, &escapeV2), nil
}

// AppendBytesV2 appends b as base64, a nil slice as the empty string.
func AppendBytesV2[S ~[]B, B ~uint8](dst []byte, b S) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, bytesOf(b))
	return append(dst, '"')
}

// AppendDuration appends n as a string like "1h2m3.5s".
func AppendDuration(dst []byte, n time.Duration) []byte {
	return appendString(dst, n.String(), &escapeV2)
}

// AppendRawV2 appends JSON made elsewhere, checked and in the form v2 gives it:
// without white space and with its strings escaped anew. A nil slice is null.
func AppendRawV2(dst, raw []byte) ([]byte, error) {
	if raw == nil {
		return append(dst, "null"...), nil
	}
	d := getDecoder(raw, Policy{})
	defer d.release()
	d.BeginV2()
	out := d.reformat(dst)
	if err := d.finish(); err != nil {
		return dst, fmt.Errorf("codec: raw JSON to append: %w", err)
	}
	return out, nil
}

// reformat consumes the next value and appends it.
func (d *Decoder) reformat(dst []byte) []byte {
	switch d.peek() {
	case '{':
		var o Object
		if !d.BeginObject(&o, nil) {
			return dst
		}
		dst = append(dst, '{')
		for n := 0; d.NextKey(&o); n++ {
			if n > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, o.Key, &escapeV2), ':')
			dst = d.reformat(dst)
		}
		return append(dst, '}')
	case '[':
		if !d.BeginArray() {
			return dst
		}
		dst = append(dst, '[')
		for n := 0; d.NextElem(n); n++ {
			if n > 0 {
				dst = append(dst, ',')
			}
			dst = d.reformat(dst)
		}
		return append(dst, ']')
	case '"':
		b, _ := d.text()
		return appendString(dst, string(b), &escapeV2)
	}
	raw, _ := d.rawValue()
	return append(dst, raw...)
}

// AppendMarshalerV2 appends what m.MarshalJSON returns, as AppendRawV2 does. A
// nil interface is null.
func AppendMarshalerV2(dst []byte, m json.Marshaler) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	b, err := m.MarshalJSON()
	if err == nil && b == nil {
		b = []byte{} // no value at all, which is an error, and not null
	}
	if err == nil {
		dst, err = AppendRawV2(dst, b)
	}
	if err != nil {
		return dst, fmt.Errorf("codec: MarshalJSON of %T: %w", m, err)
	}
	return dst, nil
}

// AppendTextV2 appends what m.MarshalText returns, as a JSON string.
func AppendTextV2(dst []byte, m encoding.TextMarshaler) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	b, err := m.MarshalText()
	if err != nil {
		return dst, fmt.Errorf("codec: MarshalText of %T: %w", m, err)
	}
	return AppendStringV2(dst, string(b))
}

// AppendAnyV2 appends what an interface holds. Types that are neither those
// which decoding makes, nor numbers, nor have JSON methods, are
// ErrUnsupportedValue: v2's rules for them take reflection.
func AppendAnyV2(dst []byte, v any, depth int) ([]byte, error) {
	if depth > MaxAppendDepth {
		return dst, ErrDepth
	}
	switch v := v.(type) {
	case string:
		return AppendStringV2(dst, v)
	case map[string]any:
		return appendMapV2(dst, v, depth)
	case []any:
		return appendSliceV2(dst, v, depth)
	case nil, bool, float64, int, int64, uint64, json.Number, time.Time:
		return appendAny(dst, v, depth, &escapeV2)
	case []byte:
		return AppendBytesV2(dst, v), nil
	}
	if isNil(v) {
		return append(dst, "null"...), nil
	}
	m, _ := v.(json.Marshaler)
	switch v := v.(type) {
	case Appender:
		if m == nil || !lent(v) {
			return appendHeld(dst, v, depth, &escapeV2)
		}
		return AppendMarshalerV2(dst, m)
	case json.Marshaler:
		return AppendMarshalerV2(dst, v)
	case encoding.TextMarshaler:
		return AppendTextV2(dst, v)
	}
	return dst, fmt.Errorf("%w: %T in an interface needs JSON methods", ErrUnsupportedValue, v)
}

func appendMapV2(dst []byte, m map[string]any, depth int) (_ []byte, err error) {
	var buf [16]string
	dst = append(dst, '{')
	for i, k := range SortedKeys(buf[:0], m) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = AppendStringV2(dst, k); err != nil {
			return dst, err
		}
		if dst, err = AppendAnyV2(append(dst, ':'), m[k], depth+1); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendSliceV2(dst []byte, s []any, depth int) (_ []byte, err error) {
	dst = append(dst, '[')
	for i, e := range s {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = AppendAnyV2(dst, e, depth+1); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// DropEmpty takes the member that begins at start and whose value begins at
// value off dst again if that is null, "", {} or []: v2's omitempty.
func DropEmpty(dst []byte, start, value int) []byte {
	switch string(dst[value:]) {
	case "null", `""`, "{}", "[]":
		return dst[:start]
	}
	return dst
}

package wire

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unsafe"
)

// AppendBytes appends b as base64, a nil slice as null.
func AppendBytes[S ~[]B, B ~uint8](dst []byte, b S) []byte {
	if b == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, bytesOf(b))
	return append(dst, '"')
}

// bytesOf is the view that a conversion would be if Go allowed it.
func bytesOf[S ~[]B, B ~uint8](s S) []byte {
	// Rule: B's underlying type is uint8, so that both have the same layout.
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

// AppendRaw appends JSON made elsewhere: checked, compacted and HTML-escaped
// as encoding/json does with a json.RawMessage. A nil slice is null.
func AppendRaw(dst, raw []byte) ([]byte, error) { return appendRaw(dst, raw, true) }

// AppendRawNoHTML is AppendRaw that leaves HTML as it is.
func AppendRawNoHTML(dst, raw []byte) ([]byte, error) { return appendRaw(dst, raw, false) }

func appendRaw(dst, raw []byte, html bool) ([]byte, error) {
	if raw == nil {
		return append(dst, "null"...), nil
	}
	if err := Validate(raw); err != nil {
		return dst, fmt.Errorf("codec: raw JSON to append: %w", err)
	}
	return appendCompact(dst, raw, html), nil
}

// AppendMarshaler appends what m.MarshalJSON returns. A nil interface is null;
// generated code has tested pointers for nil before.
func AppendMarshaler(dst []byte, m json.Marshaler) ([]byte, error) {
	return appendMarshaler(dst, m, true)
}

// AppendMarshalerNoHTML is AppendMarshaler that leaves HTML as it is.
func AppendMarshalerNoHTML(dst []byte, m json.Marshaler) ([]byte, error) {
	return appendMarshaler(dst, m, false)
}

func appendMarshaler(dst []byte, m json.Marshaler, html bool) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	b, err := m.MarshalJSON()
	if err != nil {
		return dst, fmt.Errorf("codec: MarshalJSON of %T: %w", m, err)
	}
	if err := Validate(b); err != nil {
		return dst, fmt.Errorf("codec: MarshalJSON of %T: %w", m, err)
	}
	return appendCompact(dst, b, html), nil
}

// AppendText appends what m.MarshalText returns, as a JSON string.
func AppendText(dst []byte, m encoding.TextMarshaler) ([]byte, error) {
	return appendTextOf(dst, m, &escapeHTML)
}

// AppendTextNoHTML is AppendText that leaves HTML as it is.
func AppendTextNoHTML(dst []byte, m encoding.TextMarshaler) ([]byte, error) {
	return appendTextOf(dst, m, &escapeJSON)
}

func appendTextOf(dst []byte, m encoding.TextMarshaler, set *escapeSet) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	b, err := m.MarshalText()
	if err != nil {
		return dst, fmt.Errorf("codec: MarshalText of %T: %w", m, err)
	}
	return appendString(dst, string(b), set), nil
}

// Compact appends the JSON value src without white space. If src is not valid, dst
// comes back as it was.
func Compact(dst, src []byte) ([]byte, error) {
	if err := Validate(src); err != nil {
		return dst, err
	}
	return appendCompact(dst, src, false), nil
}

// appendCompact copies valid JSON without white space and, with html, escapes it.
func appendCompact(dst, src []byte, html bool) []byte {
	inString := false
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case html && (c == '<' || c == '>' || c == '&'):
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
		case html && c == 0xE2 && i+2 < len(src) && src[i+1] == 0x80 && src[i+2]&^1 == 0xA8:
			dst = append(dst, '\\', 'u', '2', '0', '2', hexDigits[src[i+2]&0xF])
			i += 2
		case inString && c == '\\':
			dst = append(dst, c, src[i+1])
			i++
		case c == '"':
			inString = !inString
			dst = append(dst, c)
		case inString || c > ' ':
			dst = append(dst, c)
		}
	}
	return dst
}

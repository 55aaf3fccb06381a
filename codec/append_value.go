package codec

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"
)

// AppendTime appends t in RFC 3339 form with nanoseconds, as time.Time's
// MarshalJSON does, and with its errors for years and zones RFC 3339 cannot say.
func AppendTime(dst []byte, t time.Time) ([]byte, error) {
	dst = append(dst, '"')
	out, err := t.AppendText(dst)
	if err != nil {
		return dst, err
	}
	return append(out, '"'), nil
}

// AppendBytes appends b as base64, a nil slice as null.
func AppendBytes(dst, b []byte) []byte {
	if b == nil {
		return append(dst, "null"...)
	}
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, b)
	return append(dst, '"')
}

// AppendRaw appends JSON made elsewhere: checked, compacted and HTML-escaped
// as encoding/json does with a json.RawMessage. A nil slice is null.
func AppendRaw(dst, raw []byte) ([]byte, error) {
	if raw == nil {
		return append(dst, "null"...), nil
	}
	if err := validate(raw); err != nil {
		return dst, fmt.Errorf("codec: raw JSON to append: %w", err)
	}
	return appendCompact(dst, raw), nil
}

// AppendMarshaler appends what m.MarshalJSON returns. A nil interface is null;
// generated code has tested pointers for nil before.
func AppendMarshaler(dst []byte, m json.Marshaler) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	b, err := m.MarshalJSON()
	if err != nil {
		return dst, fmt.Errorf("codec: MarshalJSON of %T: %w", m, err)
	}
	if err := validate(b); err != nil {
		return dst, fmt.Errorf("codec: MarshalJSON of %T: %w", m, err)
	}
	return appendCompact(dst, b), nil
}

// AppendText appends what m.MarshalText returns, as a JSON string.
func AppendText(dst []byte, m encoding.TextMarshaler) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	b, err := m.MarshalText()
	if err != nil {
		return dst, fmt.Errorf("codec: MarshalText of %T: %w", m, err)
	}
	return AppendString(dst, string(b)), nil
}

// appendCompact copies valid JSON without white space and with HTML escaped.
func appendCompact(dst, src []byte) []byte {
	inString := false
	for i := 0; i < len(src); i++ {
		c := src[i]
		switch {
		case c == '<' || c == '>' || c == '&':
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
		case c == 0xE2 && i+2 < len(src) && src[i+1] == 0x80 && src[i+2]&^1 == 0xA8:
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

package codec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// AppendAny appends what an interface holds. The dynamic types that decoding
// into `any` produces, the basic kinds and Appenders take a direct path; every
// other type goes to encoding/json. depth is 0 at the outermost call.
func AppendAny(dst []byte, v any, depth int) ([]byte, error) {
	return appendAny(dst, v, depth, &escapeHTML)
}

// AppendAnyNoHTML is AppendAny that leaves HTML as it is.
func AppendAnyNoHTML(dst []byte, v any, depth int) ([]byte, error) {
	return appendAny(dst, v, depth, &escapeJSON)
}

func appendAny(dst []byte, v any, depth int, set *escapeSet) ([]byte, error) {
	if depth > MaxAppendDepth {
		return dst, fmt.Errorf("%w: %T nests more than %d levels, is it a cycle?", ErrDepth, v, MaxAppendDepth)
	}
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return appendString(dst, v, set), nil
	case bool:
		return AppendBool(dst, v), nil
	case float64:
		return AppendFloat64(dst, v)
	case map[string]any:
		return appendAnyMap(dst, v, depth, set)
	case []any:
		return appendAnySlice(dst, v, depth, set)
	case DepthAppender:
		return v.AppendJSONDepth(dst, depth+1)
	case Appender:
		return v.AppendJSON(dst)
	}
	return appendAnyRare(dst, v, set)
}

func appendAnyRare(dst []byte, v any, set *escapeSet) ([]byte, error) {
	switch v := v.(type) {
	case int:
		return AppendInt(dst, int64(v)), nil
	case int64:
		return AppendInt(dst, v), nil
	case uint64:
		return AppendUint(dst, v), nil
	case json.Number:
		return AppendNumber(dst, v)
	case time.Time:
		return AppendTime(dst, v)
	case []byte:
		return AppendBytes(dst, v), nil
	}
	return appendReflected(dst, v, set == &escapeHTML)
}

// appendReflected leaves v to encoding/json.
func appendReflected(dst []byte, v any, html bool) ([]byte, error) {
	if html {
		b, err := json.Marshal(v)
		return append(dst, b...), err
	}
	b := getBuffer()
	defer b.release()
	w := bytes.NewBuffer(b.bytes)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return dst, err
	}
	b.bytes = w.Bytes()
	return append(dst, b.bytes[:len(b.bytes)-1]...), nil
}

func appendAnyMap(dst []byte, m map[string]any, depth int, set *escapeSet) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	var buf [16]string
	var err error
	dst = append(dst, '{')
	for i, k := range SortedKeys(buf[:0], m) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, k, set), ':')
		if dst, err = appendAny(dst, m[k], depth+1, set); err != nil {
			return dst, err
		}
	}
	return append(dst, '}'), nil
}

func appendAnySlice(dst []byte, s []any, depth int, set *escapeSet) ([]byte, error) {
	if s == nil {
		return append(dst, "null"...), nil
	}
	var err error
	dst = append(dst, '[')
	for i, e := range s {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendAny(dst, e, depth+1, set); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

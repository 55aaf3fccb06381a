package wire

import (
	"slices"
	"strings"
)

// AppendNull appends null. It is a call, since in place it would be a call of growslice
// in each field.
//
//go:noinline
func AppendNull(dst []byte) []byte { return append(dst, "null"...) }

// CloseArray ends an array of which each element was followed by a comma.
func CloseArray(dst []byte) []byte { return closed(dst, ']') }

// CloseObject is CloseArray for an object.
func CloseObject(dst []byte) []byte { return closed(dst, '}') }

// closed is a call for the same reason as AppendNull.
//
//go:noinline
func closed(dst []byte, c byte) []byte {
	if last := len(dst) - 1; dst[last] == ',' {
		dst[last] = c
		return dst
	}
	return append(dst, c)
}

// AppendKey appends a key of a map and its colon.
func AppendKey(dst []byte, key string) []byte { return append(AppendString(dst, key), ':') }

// AppendKeyNoHTML is AppendKey that leaves HTML as it is.
func AppendKeyNoHTML(dst []byte, key string) []byte { return append(AppendStringNoHTML(dst, key), ':') }

// AppendStrings appends a list, nil as null.
func AppendStrings(dst []byte, s []string) []byte { return appendStrings(dst, s, &escapeHTML) }

// AppendStringsNoHTML is AppendStrings that leaves HTML as it is.
func AppendStringsNoHTML(dst []byte, s []string) []byte { return appendStrings(dst, s, &escapeJSON) }

func appendStrings(dst []byte, s []string, set *escapeSet) []byte {
	if s == nil {
		return AppendNull(dst)
	}
	if len(s) == 0 {
		return append(dst, "[]"...)
	}
	dst = append(dst, '[')
	for i := range s {
		dst = append(appendString(dst, s[i], set), ',')
	}
	dst[len(dst)-1] = ']'
	return dst
}

// AppendInts appends a list, nil as null.
func AppendInts(dst []byte, s []int) []byte { return appendInts(dst, s) }

// AppendInt64s appends a list, nil as null.
func AppendInt64s(dst []byte, s []int64) []byte { return appendInts(dst, s) }

func appendInts[E int | int64](dst []byte, s []E) []byte {
	if s == nil {
		return AppendNull(dst)
	}
	if len(s) == 0 {
		return append(dst, "[]"...)
	}
	dst = append(dst, '[')
	for _, e := range s {
		dst = append(AppendInt(dst, int64(e)), ',')
	}
	dst[len(dst)-1] = ']'
	return dst
}

// AppendFloat64s appends a list, nil as null.
func AppendFloat64s(dst []byte, s []float64) (_ []byte, err error) {
	if s == nil {
		return AppendNull(dst), nil
	}
	if len(s) == 0 {
		return append(dst, "[]"...), nil
	}
	dst = append(dst, '[')
	for _, e := range s {
		if dst, err = AppendFloat64(dst, e); err != nil {
			return dst, err
		}
		dst = append(dst, ',')
	}
	dst[len(dst)-1] = ']'
	return dst, nil
}

// AppendStringMap appends a map of strings in the order of its keys, nil as null.
func AppendStringMap(dst []byte, m map[string]string) []byte {
	return appendStringMap(dst, m, &escapeHTML)
}

// AppendStringMapNoHTML is AppendStringMap that leaves HTML as it is.
func AppendStringMapNoHTML(dst []byte, m map[string]string) []byte {
	return appendStringMap(dst, m, &escapeJSON)
}

func appendStringMap(dst []byte, m map[string]string, set *escapeSet) []byte {
	if m == nil {
		return AppendNull(dst)
	}
	if len(m) > smallMap {
		return appendLargeStringMap(dst, m, set)
	}
	var buf [smallMap][2]string
	members := buf[:0]
	for k, v := range m {
		members = append(members, [2]string{k, v})
	}
	slices.SortFunc(members, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) })
	dst = append(dst, '{')
	for i := range members {
		dst = append(appendString(dst, members[i][0], set), ':')
		dst = append(appendString(dst, members[i][1], set), ',')
	}
	return CloseObject(dst)
}

// smallMap is how many members are sorted on the stack.
const smallMap = 16

func appendLargeStringMap(dst []byte, m map[string]string, set *escapeSet) []byte {
	keys, list := KeyRoom(nil, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	SortKeys(keys)
	dst = append(dst, '{')
	for _, k := range keys {
		dst = append(appendString(dst, k, set), ':')
		dst = append(appendString(dst, m[k], set), ',')
	}
	list.Release()
	return CloseObject(dst)
}

package wire

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
	"unsafe"

	"github.com/hotpath-go/hotpath/codec/internal/buffer"
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
	switch v.(type) {
	case map[string]any, []any:
		w := anyWriters.Get().(*anyWriter)
		w.set = set
		dst, err := w.value(dst, v, depth)
		w.release()
		return dst, err
	}
	w := anyWriter{set: set}
	return w.value(dst, v, depth)
}

// maxEntries bounds what an anyWriter, and a Decoder of its members, keeps between uses.
const maxEntries = 4096

var anyWriters = sync.Pool{New: func() any { return new(anyWriter) }}

// anyWriter writes maps and slices of anything. The members of the maps that are
// open at a time lie in one stack.
type anyWriter struct {
	set     *escapeSet
	entries []anyEntry
	order   []keyOrder
}

func (w *anyWriter) release() {
	if cap(w.entries) > maxEntries {
		return
	}
	clear(w.entries) // after an error some are left
	w.entries, w.order = w.entries[:0], w.order[:0]
	anyWriters.Put(w)
}

type anyEntry struct {
	key string
	val any
}

// keyOrder is what is sorted in place of the entries: without pointers, and
// mostly decided by the first eight bytes of the key.
type keyOrder struct {
	prefix uint64
	at     int
}

func (w *anyWriter) value(dst []byte, v any, depth int) ([]byte, error) {
	if depth > MaxAppendDepth {
		return dst, fmt.Errorf("%w: %T nests more than %d levels, is it a cycle?", ErrDepth, v, MaxAppendDepth)
	}
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return appendString(dst, v, w.set), nil
	case bool:
		return AppendBool(dst, v), nil
	case float64:
		return AppendFloat64(dst, v)
	case map[string]any:
		return w.mapping(dst, v, depth)
	case []any:
		return w.slice(dst, v, depth)
	case Appender:
		return appendHeld(dst, v, depth, w.set)
	}
	return appendAnyRare(dst, v, w.set)
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
	b := buffer.Get()
	defer b.Release()
	w := bytes.NewBuffer(b.Bytes)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return dst, err
	}
	b.Bytes = w.Bytes()
	return append(dst, b.Bytes[:len(b.Bytes)-1]...), nil
}

func (w *anyWriter) mapping(dst []byte, m map[string]any, depth int) ([]byte, error) {
	if m == nil {
		return append(dst, "null"...), nil
	}
	first, firstOrder := len(w.entries), len(w.order)
	for k, v := range m {
		w.order = append(w.order, keyOrder{keyPrefix(k), len(w.entries)})
		w.entries = append(w.entries, anyEntry{k, v})
	}
	w.sort(w.order[firstOrder:])
	var err error
	dst = append(dst, '{')
	for i := range len(w.order) - firstOrder {
		if i > 0 {
			dst = append(dst, ',')
		}
		e := &w.entries[w.order[firstOrder+i].at]
		dst = append(appendString(dst, e.key, w.set), ':')
		if dst, err = w.value(dst, e.val, depth+1); err != nil {
			return dst, err
		}
	}
	clear(w.entries[first:])
	w.entries, w.order = w.entries[:first], w.order[:firstOrder]
	return append(dst, '}'), nil
}

// keyPrefix orders as the first eight bytes of k do.
func keyPrefix(k string) (p uint64) {
	if len(k) >= 8 {
		// Rule: the view is only read, and does not outlive k.
		return binary.BigEndian.Uint64(unsafe.Slice(unsafe.StringData(k), len(k)))
	}
	for i := range len(k) {
		p |= uint64(k[i]) << (56 - 8*i)
	}
	return p
}

func (w *anyWriter) sort(order []keyOrder) {
	if len(order) > 32 {
		slices.SortFunc(order, func(a, b keyOrder) int {
			if a.prefix != b.prefix {
				return cmp.Compare(a.prefix, b.prefix)
			}
			return cmp.Compare(w.entries[a.at].key, w.entries[b.at].key)
		})
		return
	}
	for i := 1; i < len(order); i++ {
		o := order[i]
		j := i
		for ; j > 0 && w.less(o, order[j-1]); j-- {
			order[j] = order[j-1]
		}
		order[j] = o
	}
}

func (w *anyWriter) less(a, b keyOrder) bool {
	return a.prefix < b.prefix || a.prefix == b.prefix && w.entries[a.at].key < w.entries[b.at].key
}

func (w *anyWriter) slice(dst []byte, s []any, depth int) ([]byte, error) {
	if s == nil {
		return append(dst, "null"...), nil
	}
	var err error
	dst = append(dst, '[')
	for i, e := range s {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = w.value(dst, e, depth+1); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

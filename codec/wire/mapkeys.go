package wire

import (
	"cmp"
	"encoding"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

type signed interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64
}

type unsigned interface {
	~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr
}

// KeyList is an array of keys that is used again. It is not safe for concurrent use:
// it belongs to who called KeyRoom until Release.
type KeyList struct {
	keys []string
}

var keyLists = sync.Pool{New: func() any { return new(KeyList) }}

// KeyRoom returns buf, or if it has less room than for n keys the empty array of a
// KeyList that has it. The keys of the list are dropped by Release, which a list of nil
// has too; a list that is not released is garbage, no more.
func KeyRoom(buf []string, n int) ([]string, *KeyList) {
	if n <= cap(buf) {
		return buf, nil
	}
	l := keyLists.Get().(*KeyList)
	if n > cap(l.keys) {
		l.keys = make([]string, n)
	}
	l.keys = l.keys[:n]
	return l.keys[:0], l
}

// Release forgets the keys, which are a user's memory, and keeps the array.
func (l *KeyList) Release() {
	if l == nil || cap(l.keys) > maxEntries {
		return
	}
	clear(l.keys)
	keyLists.Put(l)
}

// SortKeys sorts keys in the order encoding/json writes them. It is a call: in place,
// which 32-bit machines would do, it makes an instance of slices.Sort in the user's
// package, to which an array of keys escapes.
//
//go:noinline
func SortKeys(keys []string) { slices.Sort(keys) }

// SortedKeys appends m's keys to buf in the order encoding/json writes them.
// With room in buf (generated code passes an array on the stack) it does not
// allocate.
func SortedKeys[M ~map[K]V, K ~string, V any](buf []string, m M) []string {
	buf = slices.Grow(buf, len(m))
	for k := range m {
		buf = append(buf, string(k))
	}
	slices.Sort(buf)
	return buf
}

// SortedIntKeys is SortedKeys for integer keys, which encoding/json sorts by
// their decimal text.
func SortedIntKeys[M ~map[K]V, K signed, V any](buf []string, m M) []string {
	buf = slices.Grow(buf, len(m))
	for k := range m {
		buf = append(buf, strconv.FormatInt(int64(k), 10))
	}
	slices.Sort(buf)
	return buf
}

// SortedUintKeys is SortedIntKeys for unsigned keys.
func SortedUintKeys[M ~map[K]V, K unsigned, V any](buf []string, m M) []string {
	buf = slices.Grow(buf, len(m))
	for k := range m {
		buf = append(buf, strconv.FormatUint(uint64(k), 10))
	}
	slices.Sort(buf)
	return buf
}

// TextKey is a key of a map with its text. It is a plain value.
type TextKey[K comparable] struct {
	Text string
	Key  K
}

// SortedTextKeys is SortedKeys for keys with a MarshalText method.
func SortedTextKeys[M ~map[K]V, K interface {
	comparable
	encoding.TextMarshaler
}, V any](m M) ([]TextKey[K], error) {
	keys := make([]TextKey[K], 0, len(m))
	for k := range m {
		text, err := k.MarshalText()
		if err != nil {
			return nil, fmt.Errorf("codec: MarshalText of map key %T: %w", k, err)
		}
		keys = append(keys, TextKey[K]{string(text), k})
	}
	slices.SortFunc(keys, func(a, b TextKey[K]) int { return cmp.Compare(a.Text, b.Text) })
	return keys, nil
}

// Get returns the element of a key that SortedKeys returned.
func Get[M ~map[K]V, K ~string, V any](m M, key string) V {
	return m[K(key)]
}

// GetInt returns the element of a key that SortedIntKeys returned.
func GetInt[M ~map[K]V, K signed, V any](m M, key string) V {
	n, _ := strconv.ParseInt(key, 10, 64)
	return m[K(n)]
}

// GetUint returns the element of a key that SortedUintKeys returned.
func GetUint[M ~map[K]V, K unsigned, V any](m M, key string) V {
	n, _ := strconv.ParseUint(key, 10, 64)
	return m[K(n)]
}

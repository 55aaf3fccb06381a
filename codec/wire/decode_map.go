package wire

import (
	"encoding"
	"encoding/json"
	"strconv"
)

// MakeMap gives *p an empty map if it has none.
func MakeMap[M ~map[K]V, K comparable, V any](p *M) {
	if *p == nil {
		*p = make(M)
	}
}

// ZeroElem returns a zero element for m, to decode into: an element that a map
// holds already is replaced, not merged, as in encoding/json.
func ZeroElem[M ~map[K]V, K comparable, V any](m M) (v V) { return v }

// StringElem decodes the element of m under key. It is a new one, as with
// ZeroElem, but text that m holds there already stays the same string.
func StringElem[M ~map[K]V, K, V ~string](d *Decoder, m M, key string) V {
	return V(d.element(string(m[K(key)])))
}

// element decodes a string, which is old itself if it is the same; null is "".
func (d *Decoder) element(old string) (s string) {
	if d.peek() != '"' {
		d.String(&s)
		return s
	}
	b, ok := d.text()
	switch {
	case !ok:
		return ""
	case old == string(b):
		return old
	}
	return d.keep(b)
}

// StringMap decodes an object of strings into *p, null as nil.
func (d *Decoder) StringMap(p *map[string]string) {
	if d.Null() {
		*p = nil
		return
	}
	var o Object
	if !d.BeginObject(&o, nil) {
		return
	}
	MakeMap(p)
	m := *p
	for d.NextKey(&o) {
		m[o.Key] = d.element(m[o.Key])
	}
}

// Set stores an element under a string key.
func Set[M ~map[K]V, K ~string, V any](m M, key string, v V) {
	m[K(key)] = v
}

// SetInt stores an element under an integer key. A key that is none is
// reported, and the element dropped.
func SetInt[M ~map[K]V, K signed, V any](d *Decoder, m M, key string, v V) {
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil || int64(K(n)) != n {
		d.saveType(d.pos, describeNumber([]byte(key)), "integer key")
		return
	}
	m[K(n)] = v
}

// SetUint is SetInt for unsigned keys.
func SetUint[M ~map[K]V, K unsigned, V any](d *Decoder, m M, key string, v V) {
	n, err := strconv.ParseUint(key, 10, 64)
	if err != nil || uint64(K(n)) != n {
		d.saveType(d.pos, describeNumber([]byte(key)), "integer key")
		return
	}
	m[K(n)] = v
}

// SetText stores an element under the current key of o, which K reads itself:
// by UnmarshalJSON if it has that too, as in encoding/json.
func SetText[K comparable, V any, P interface {
	*K
	encoding.TextUnmarshaler
}, M ~map[K]V](d *Decoder, m M, o *Object, v V) {
	if d.fatal != nil {
		return
	}
	var k K
	var err error
	if u, ok := any(&k).(json.Unmarshaler); ok {
		err = u.UnmarshalJSON(d.data[o.start:o.end])
	} else {
		err = P(&k).UnmarshalText([]byte(o.Key))
	}
	if err != nil {
		d.failValue(o.end, err)
		return
	}
	m[k] = v
}

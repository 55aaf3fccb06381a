package pool

import (
	"bytes"
	"reflect"
	"slices"
	"unsafe"
)

// newCorpse poisons *v, so that who reads it late sees that, and remembers
// what it looks like then. v must never be used again.
func newCorpse(v any, t *trace) corpse {
	e := reflect.ValueOf(v).Elem()
	poisonValue(e)
	// The rule of unsafe.Slice: a value has as many bytes as its type says.
	at := unsafe.Slice((*byte)(e.Addr().UnsafePointer()), e.Type().Size())
	return corpse{at, slices.Clone(at), t}
}

func newBytesCorpse(b []byte, t *trace) corpse {
	b = b[:cap(b)]
	fill(b)
	return corpse{at: b, trace: t}
}

func fill(b []byte) {
	for n := copy(b, bytes.Repeat([]byte{poisonByte}, min(len(b), 4096))); n < len(b); n *= 2 {
		copy(b[n:], b[:n])
	}
}

// poisonValue makes numbers odd, strings tell, and pointers nil, which stops
// who follows them. Locks become zero: a lock that hangs tells nothing.
func poisonValue(v reflect.Value) {
	// NewAt gives a v that may be set also if the field is not exported.
	v = reflect.NewAt(v.Type(), v.Addr().UnsafePointer()).Elem()
	switch k := v.Kind(); {
	case v.Type().PkgPath() == "sync":
		v.SetZero()
	case k == reflect.Struct:
		for _, field := range v.Fields() {
			poisonValue(field)
		}
	case k == reflect.Array && !numeric(v.Type().Elem().Kind()):
		for i := range v.Len() {
			poisonValue(v.Index(i))
		}
	case k == reflect.Array, numeric(k):
		fill(unsafe.Slice((*byte)(v.Addr().UnsafePointer()), v.Type().Size()))
	case k == reflect.String:
		v.SetString("pool: used after Put")
	default:
		v.SetZero()
	}
}

// numeric reports whether any bits are a value of kind k.
func numeric(k reflect.Kind) bool {
	return k >= reflect.Int && k <= reflect.Complex128
}

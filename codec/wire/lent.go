package wire

import (
	"encoding/json"
	"reflect"
	"sync"
)

// lent reports whether v may have its methods from something that it embeds. Where it
// has a MarshalJSON too, that may be its own, and is what encoding/json calls.
func lent(v any) bool {
	t := reflect.TypeOf(v)
	if known, ok := lenders.Load(t); ok {
		return known.(bool)
	}
	s := t
	if s.Kind() == reflect.Pointer {
		s = s.Elem()
	}
	found := false
	if s.Kind() == reflect.Struct {
		for f := range s.Fields() {
			found = found || f.Anonymous && (lends(f.Type) || lends(reflect.PointerTo(f.Type)))
		}
	}
	lenders.Store(t, found)
	return found
}

// lenders has what lent has found: a type does not change.
var lenders sync.Map

func lends(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[Appender]()) || t.Implements(reflect.TypeFor[Decodable]())
}

// isNil reports whether v is a nil pointer, whose methods may have value receivers.
func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}

// appendHeld appends an Appender that was found at run time.
func appendHeld(dst []byte, v Appender, depth int, set *escapeSet) ([]byte, error) {
	if isNil(v) {
		return append(dst, "null"...), nil
	}
	if m, ok := v.(json.Marshaler); ok && lent(v) {
		return appendMarshaler(dst, m, set == &escapeHTML)
	}
	if d, ok := v.(DepthAppender); ok {
		return d.AppendJSONDepth(dst, depth+1)
	}
	return v.AppendJSON(dst)
}

// held decodes into a Decodable that was found at run time.
func (d *Decoder) held(v Decodable) {
	if u, ok := v.(json.Unmarshaler); ok && lent(v) {
		d.Unmarshaler(u)
		return
	}
	v.DecodeJSON(d)
}

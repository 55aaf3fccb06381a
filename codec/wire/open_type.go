package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"
)

// The functions of this file serve generic types: what a type parameter stands
// for is known at run time only. Types with generated methods and the common
// scalars take a direct path, all others go to encoding/json.

// AppendValue appends *p.
func AppendValue[T any](dst []byte, p *T, depth int) ([]byte, error) {
	return appendOpen(dst, p, any(*p), depth, &escapeHTML)
}

// AppendValueNoHTML is AppendValue that leaves HTML as it is.
func AppendValueNoHTML[T any](dst []byte, p *T, depth int) ([]byte, error) {
	return appendOpen(dst, p, any(*p), depth, &escapeJSON)
}

// appendOpen takes a pointer, which has the methods of an addressable value,
// and what it points at.
func appendOpen(dst []byte, p, v any, depth int, set *escapeSet) ([]byte, error) {
	if depth > MaxAppendDepth {
		return dst, ErrDepth
	}
	switch p := p.(type) {
	case Appender:
		return appendHeld(dst, p, depth, set)
	case json.Marshaler:
		if _, byValue := v.(json.Marshaler); !byValue {
			return appendMarshaler(dst, p, set == &escapeHTML)
		}
	}
	switch v.(type) {
	case nil, string, bool, float64, map[string]any, []any, Appender, int, int64, uint64, json.Number, time.Time, []byte:
		return appendAny(dst, v, depth, set)
	}
	return appendReflected(dst, p, set == &escapeHTML)
}

// Value decodes into *p.
func Value[T any](d *Decoder, p *T) {
	switch p := any(p).(type) {
	case Decodable:
		d.held(p)
	case *string:
		d.String(p)
	case *bool:
		d.Bool(p)
	case *int:
		d.Int(p)
	case *int64:
		d.Int64(p)
	case *float64:
		d.Float64(p)
	case *any:
		d.Any(p)
	case *time.Time:
		d.Time(p)
	case *[]byte:
		d.bytes(p)
	default:
		if !d.pointee(p) {
			d.standard(p)
		}
	}
}

// pointee decodes into what *p points at, if that is a Decodable.
func (d *Decoder) pointee(p any) bool {
	v := reflect.ValueOf(p).Elem()
	if v.Kind() != reflect.Pointer || !v.Type().Implements(reflect.TypeFor[Decodable]()) {
		return false
	}
	if d.Null() {
		v.SetZero()
		return true
	}
	if v.IsNil() {
		v.Set(reflect.New(v.Type().Elem()))
	}
	d.held(v.Interface().(Decodable))
	return true
}

// Interface decodes into an interface with methods: into what it holds, if that
// is a pointer, as encoding/json does.
func Interface[I any](d *Decoder, p *I) {
	d.standard(p)
}

// standard leaves the next value to encoding/json.
func (d *Decoder) standard(p any) {
	start := d.valueStart()
	raw, ok := d.rawValue()
	if !ok {
		return
	}
	err := d.unmarshal(raw, p)
	var mistyped *json.UnmarshalTypeError
	var ours *TypeError // of a generated type inside, which encoding/json hands on as it is
	switch {
	case err == nil:
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		d.saveField(ErrUnknownField)
	case errors.As(err, &mistyped), errors.As(err, &ours):
		d.saveValue(start, err)
	default:
		d.failValue(start, err)
	}
}

// unmarshal is json.Unmarshal under the policy that encoding/json has too.
func (d *Decoder) unmarshal(raw []byte, p any) error {
	if !d.policy.RejectUnknown {
		return json.Unmarshal(raw, p)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	return dec.Decode(p)
}

// IsByte reports whether a slice of E is base64 in JSON.
func IsByte[E any]() bool {
	return reflect.TypeFor[E]().Kind() == reflect.Uint8
}

// IsEmptyValue reports whether omitempty leaves *p out.
func IsEmptyValue[T any](p *T) bool {
	switch v := reflect.ValueOf(p).Elem(); v.Kind() {
	case reflect.Struct, reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128:
		return false
	case reflect.Array, reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	case reflect.Float32, reflect.Float64:
		return v.Float() == 0 // -0 too
	default:
		return v.IsZero()
	}
}

// IsZeroValue reports whether omitzero leaves *p out: by the IsZero method of
// its type if there is one.
func IsZeroValue[T any](p *T) bool {
	type zeroer interface{ IsZero() bool }
	v := reflect.ValueOf(p).Elem()
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() || v.Kind() == reflect.Interface && v.Elem().Kind() == reflect.Pointer && v.Elem().IsNil() && v.Type().Implements(reflect.TypeFor[zeroer]()) {
			return true
		}
	}
	if v.Type().Implements(reflect.TypeFor[zeroer]()) {
		return any(*p).(zeroer).IsZero()
	}
	if z, ok := any(p).(zeroer); ok {
		return z.IsZero()
	}
	return v.IsZero()
}

package codec

import "math"

// Any decodes whatever comes next into *p, with the types encoding/json
// chooses. Where *p holds a value of another type already, such as a pointer,
// encoding/json is asked, since it may decode into what the pointer points at.
func (d *Decoder) Any(p *any) {
	switch (*p).(type) {
	case nil, bool, float64, string, map[string]any, []any:
		c := d.peek()
		v := d.any()
		if d.fatal == nil && (v != nil || c == 'n') {
			*p = v
		}
		return
	}
	d.standard(p)
}

// any returns nil for null and for a number beyond float64, which is reported.
func (d *Decoder) any() any {
	c := d.peek()
	switch {
	case c == '{':
		return d.anyMap()
	case c == '[':
		return d.anySlice()
	case c == '"':
		if b, ok := d.text(); ok {
			return d.keep(b)
		}
	case c == 't':
		return d.literal("true")
	case c == 'f':
		return !d.literal("false")
	case isNumber(c):
		if f, ok := d.shortFloat(); ok {
			return f
		}
		f := math.NaN()
		if Float(d, &f); !math.IsNaN(f) {
			return f
		}
	default:
		d.Skip()
	}
	return nil
}

func (d *Decoder) anyMap() any {
	var o Object
	m := make(map[string]any)
	if d.BeginObject(&o, nil) {
		for d.NextKey(&o) {
			k := o.Key
			m[k] = d.any()
		}
	}
	return m
}

func (d *Decoder) anySlice() any {
	s := make([]any, 0)
	if d.BeginArray() {
		for d.NextElem(len(s)) {
			s = append(s, d.any())
		}
	}
	return s
}

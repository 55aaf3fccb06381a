package wire

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
		if f, ok := d.float(64); ok {
			return f
		}
	default:
		d.Skip()
	}
	return nil
}

// member is part of an object or array whose end is not reached yet.
type member struct {
	key string
	val any
}

// anyMap collects the members first, so that the map is made in its size.
func (d *Decoder) anyMap() any {
	var o Object
	if !d.BeginObject(&o, nil) {
		return map[string]any{}
	}
	first := len(d.members)
	for d.NextKey(&o) {
		k := o.Key
		d.members = append(d.members, member{k, d.any()})
	}
	m := make(map[string]any, len(d.members)-first)
	for i := range d.members[first:] {
		e := &d.members[first+i]
		m[e.key] = e.val
	}
	d.drop(first)
	return m
}

func (d *Decoder) anySlice() any {
	if !d.BeginArray() {
		return []any{}
	}
	first := len(d.members)
	for n := 0; d.NextElem(n); n++ {
		d.members = append(d.members, member{val: d.any()})
	}
	s := make([]any, len(d.members)-first)
	for i := range s {
		s[i] = d.members[first+i].val
	}
	d.drop(first)
	return s
}

func (d *Decoder) drop(first int) {
	clear(d.members[first:])
	d.members = d.members[:first]
}

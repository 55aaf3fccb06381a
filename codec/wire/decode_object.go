package wire

import (
	"unsafe"

	"github.com/hotpath-go/hotpath/codec/internal/fold"
)

// Field describes a struct field to the Decoder. It is a plain value: a table of them
// may be read by many goroutines at once.
type Field struct {
	// Key is the field's name as it appears in most documents: "name": with
	// its quotes and colon.
	Key string
	// Fold is the name in the form of case-insensitive comparison.
	Fold string
}

func (f *Field) name() string { return f.Key[1 : len(f.Key)-2] }

// Object is the Decoder's place in one JSON object. It is not safe for concurrent
// use: it goes with its Decoder.
type Object struct {
	// Index is the field the current key names, or -1.
	Index int
	// Key is the current key, set by NextKey only.
	Key string

	fields     []Field
	start, end int  // where NextKey found it, quotes included
	next       int  // the field to expect: documents follow the order of the struct
	some       bool // a key has been read
	seen       map[string]struct{}
	bits       uint64 // seen, for the first 64 fields
}

// BeginObject enters an object. It returns false, with the value consumed, if
// null or a value of another kind comes next.
func (d *Decoder) BeginObject(o *Object, fields []Field) bool {
	c := d.peek()
	if c != '{' {
		d.scalarMismatch(c, "object")
		return false
	}
	d.pos++
	*o = Object{fields: fields}
	return d.push()
}

// Next moves to the next member and sets o.Index, or leaves the object. Most
// documents have no white space and the order of the struct: then it is one
// comparison.
func (d *Decoder) Next(o *Object) bool {
	if o.next < len(o.fields) && d.pos < len(d.data) && (!o.some || d.data[d.pos] == ',') {
		i := d.pos + int(b2u(o.some))
		key := o.fields[o.next].Key
		if startsWith(d.data[i:], key) {
			d.pos = i + len(key)
			o.Index = o.next
			o.next++
			o.some = true
			return !d.policy.RejectDuplicates || d.first(o, nil)
		}
	}
	if !d.toKey(o) {
		return false
	}
	if o.next < len(o.fields) {
		key := o.fields[o.next].Key
		if startsWith(d.data[d.pos:], key) {
			d.pos += len(key)
			o.Index = o.next
			o.next++
			return !d.policy.RejectDuplicates || d.first(o, nil)
		}
	}
	return d.search(o)
}

// startsWith compares keys of four to sixteen bytes, which most are, by two words
// that overlap.
func startsWith(b []byte, key string) bool {
	n := len(key)
	if n > len(b) {
		return false
	}
	// Rule: the view is only read, and does not outlive key.
	k := unsafe.Slice(unsafe.StringData(key), n)
	switch {
	case n > 16 || n < 4:
		return string(b[:n]) == key
	case n >= 8:
		return load64(b, 0) == load64(k, 0) && load64(b, n-8) == load64(k, n-8)
	}
	return load32(b, 0) == load32(k, 0) && load32(b, n-4) == load32(k, n-4)
}

// NextKey moves to the next member and sets o.Key, or leaves the object.
func (d *Decoder) NextKey(o *Object) bool {
	if !d.toKey(o) {
		return false
	}
	o.start = d.pos
	b, ok := d.text()
	if !ok {
		return false
	}
	o.Index = -1
	o.end = d.pos
	o.Key = d.key(b)
	return (!d.policy.RejectDuplicates || d.first(o, b)) && d.colon()
}

// skipKey is NextKey for an object nobody keeps.
func (d *Decoder) skipKey(o *Object) bool {
	if !d.toKey(o) {
		return false
	}
	b, ok := d.text()
	if !ok {
		return false
	}
	o.Index = -1
	return (!d.policy.RejectDuplicates || d.first(o, b)) && d.colon()
}

// toKey consumes what stands between members.
func (d *Decoder) toKey(o *Object) bool {
	c := d.peek()
	if c == '}' {
		d.pos++
		d.depth--
		return false
	}
	if o.some {
		if c != ',' {
			d.syntax("want , or } after an object member")
			return false
		}
		d.pos++
		c = d.peek()
	}
	if c != '"' {
		d.syntax("want a string as object key")
		return false
	}
	o.some = true
	return true
}

func (d *Decoder) colon() bool {
	if d.peek() != ':' {
		d.syntax("want : after an object key")
		return false
	}
	d.pos++
	return true
}

// search finds the field of a key that was not the expected one.
func (d *Decoder) search(o *Object) bool {
	b, ok := d.text()
	if !ok {
		return false
	}
	o.Index = d.match(o.fields, o.next, b)
	if o.Index >= 0 {
		o.next = o.Index + 1
	} else if d.policy.RejectUnknown {
		d.saveField(ErrUnknownField)
	}
	return (!d.policy.RejectDuplicates || d.first(o, b)) && d.colon()
}

// match looks for the exact name, from the expected field onwards and around,
// and then for the first name that differs in case only.
func (d *Decoder) match(fields []Field, from int, key []byte) int {
	for i := range fields {
		j := from + i
		if j >= len(fields) {
			j -= len(fields)
		}
		if fields[j].name() == string(key) {
			return j
		}
	}
	if d.policy.CaseSensitive {
		return -1
	}
	var buf [64]byte
	folded := fold.Append(buf[:0], key)
	for i := range fields {
		if fields[i].Fold == string(folded) {
			return i
		}
	}
	return -1
}

// first records the current key and reports a repeated one.
func (d *Decoder) first(o *Object, key []byte) bool {
	if i := o.Index; i >= 0 {
		key = []byte(o.fields[i].name())
		if i < 64 {
			repeated := o.bits&(1<<i) != 0
			o.bits |= 1 << i
			return !repeated || d.repeated()
		}
	}
	if _, ok := o.seen[string(key)]; ok {
		return d.repeated()
	}
	if o.seen == nil {
		o.seen = make(map[string]struct{})
	}
	o.seen[string(key)] = struct{}{}
	return true
}

// repeated ends decoding at a duplicate key and is always false.
func (d *Decoder) repeated() bool {
	d.stop(&FieldError{Offset: int64(d.pos), Path: pathTo(d.data, d.pos), Err: ErrDuplicateKey})
	return false
}

func (d *Decoder) saveField(err error) {
	if d.saved == nil && d.fatal == nil {
		d.saved = &FieldError{Offset: int64(d.pos), Path: pathTo(d.data, d.pos), Err: err}
	}
}

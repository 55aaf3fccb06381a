package wire

// BeginArray enters an array. It returns false, with the value consumed, if
// null or a value of another kind comes next.
func (d *Decoder) BeginArray() bool {
	switch c := d.peek(); c {
	case '[':
		d.pos++
		return d.push()
	default:
		d.scalarMismatch(c, "array")
		return false
	}
}

// NextElem moves to element i, or leaves the array after its last one.
func (d *Decoder) NextElem(i int) bool {
	c := d.peek()
	if c == ']' {
		d.pos++
		d.depth--
		return false
	}
	if i == 0 {
		return d.pos < len(d.data) || d.truncated()
	}
	if c != ',' {
		d.syntax("want , or ] after an array element")
		return false
	}
	d.pos++
	d.peek()
	return d.pos < len(d.data) || d.truncated()
}

// truncated reports the end of input and is always false.
func (d *Decoder) truncated() bool {
	d.syntaxAt(len(d.data), "", nil)
	return false
}

// Grow returns s, all of which is in use, with room for more elements, of which
// the new ones are zero.
func Grow[S ~[]E, E any](s S) S {
	s = append(s, make(S, 4)...)
	return s[:cap(s)]
}

// Finish returns the first n elements of s; none is an empty slice, not nil.
func Finish[S ~[]E, E any](s S, n int) S {
	if n == 0 {
		return S{}
	}
	return s[:n]
}

// New gives *p a value to point at if it has none.
func New[T any](p **T) {
	if *p == nil {
		*p = new(T)
	}
}

// Clear sets *p to its zero value.
func Clear[T any](p *T) {
	var zero T
	*p = zero
}

// IsZero reports whether v is its type's zero value.
func IsZero[T comparable](v T) bool {
	var zero T
	return v == zero
}

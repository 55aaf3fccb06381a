package wire

// The methods of this file decode an array of the common scalars into *p, null as
// nil. Elements are decoded into what was there, as encoding/json does. The loop is
// written out for each: one for all would call a function value for each element.

// finish returns the n elements that were decoded, and remembers how many for grow.
// An empty array is not nil.
func finish[E any](d *Decoder, s []E, n int) []E {
	if n == 0 {
		return []E{}
	}
	d.elems = n
	return s[:n]
}

// grow is Grow that begins with room for as many elements as the last list had,
// which in many documents is what all have. A guess that is wrong wastes little.
func grow[E any](d *Decoder, s []E) []E {
	if len(s) > 0 || d.elems == 0 {
		return Grow(s)
	}
	return make([]E, min(d.elems, 64))
}

// Strings decodes an array into a []string.
func (d *Decoder) Strings(p *[]string) {
	if d.Null() {
		*p = nil
		return
	}
	if !d.BeginArray() {
		return
	}
	s := (*p)[:cap(*p)]
	n := 0
	for d.NextElem(n) {
		if n == len(s) {
			s = grow(d, s)
		}
		d.String(&s[n])
		n++
	}
	*p = finish(d, s, n)
}

// Ints decodes an array into a []int.
func (d *Decoder) Ints(p *[]int) {
	if d.Null() {
		*p = nil
		return
	}
	if !d.BeginArray() {
		return
	}
	s := (*p)[:cap(*p)]
	n := 0
	for d.NextElem(n) {
		if n == len(s) {
			s = grow(d, s)
		}
		d.Int(&s[n])
		n++
	}
	*p = finish(d, s, n)
}

// Int64s decodes an array into a []int64.
func (d *Decoder) Int64s(p *[]int64) {
	if d.Null() {
		*p = nil
		return
	}
	if !d.BeginArray() {
		return
	}
	s := (*p)[:cap(*p)]
	n := 0
	for d.NextElem(n) {
		if n == len(s) {
			s = grow(d, s)
		}
		d.Int64(&s[n])
		n++
	}
	*p = finish(d, s, n)
}

// Float64s decodes an array into a []float64.
func (d *Decoder) Float64s(p *[]float64) {
	if d.Null() {
		*p = nil
		return
	}
	if !d.BeginArray() {
		return
	}
	s := (*p)[:cap(*p)]
	n := 0
	for {
		for n < len(s) && d.plainFloat(n, &s[n]) {
			n++
		}
		if !d.NextElem(n) {
			break
		}
		if n == len(s) {
			s = grow(d, s)
		}
		d.Float64(&s[n])
		n++
	}
	*p = finish(d, s, n)
}

// plainFloat decodes element n if it comes next without white space, as in most lists.
func (d *Decoder) plainFloat(n int, p *float64) bool {
	b, i := d.data, d.pos
	if n > 0 && i < len(b) && b[i] == ',' {
		i++
	} else if n > 0 {
		return false
	}
	if i >= len(b) || !isNumber(b[i]) {
		return false
	}
	x, end := scanDecimal(b, i)
	if end < 0 {
		return false
	}
	f, ok := x.float64()
	if ok {
		*p, d.pos = f, end
	}
	return ok
}

package wire

// The methods of this file decode an array of the common scalars into *p, null as
// nil. Elements are decoded into what was there, as encoding/json does. The loop is
// written out for each: one for all would call a function value for each element.

// stringsMax is the most room that a list of strings begins with.
const stringsMax = 64

// Strings decodes an array into a []string. Room is made for as many elements as the
// last list had, in this document or the one before, which is often what all have.
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
			if n == 0 && d.elems > 0 {
				s = make([]string, min(d.elems, stringsMax))
			} else {
				s = Grow(s)
			}
		}
		d.String(&s[n])
		n++
	}
	if *p = Finish(s, n); n > 0 {
		d.elems = n
	}
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
			s = cutNumbers(d, s)
		}
		d.Int(&s[n])
		n++
	}
	*p = endNumbers(d, s, n)
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
			s = cutNumbers(d, s)
		}
		d.Int64(&s[n])
		n++
	}
	*p = endNumbers(d, s, n)
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
			s = cutNumbers(d, s)
		}
		d.Float64(&s[n])
		n++
	}
	*p = endNumbers(d, s, n)
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

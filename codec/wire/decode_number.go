package wire

import (
	"strconv"
	"unsafe"
)

// number consumes a JSON number and returns its text, a part of the input.
func (d *Decoder) number() (tok []byte, whole, ok bool) {
	start := d.pos
	end, whole, ok := scanNumber(d.data, start)
	d.pos = end
	if !ok {
		d.syntax("invalid number")
		return nil, false, false
	}
	return d.data[start:end], whole, true
}

// scanNumber finds the end of the number at i by the grammar of RFC 8259,
// section 6. If it is none, end is the offending index.
func scanNumber(b []byte, i int) (end int, whole, ok bool) {
	if i < len(b) && b[i] == '-' {
		i++
	}
	first := i
	i = digits(b, i)
	if i == first {
		return i, false, false
	}
	if b[first] == '0' {
		i = first + 1
	}
	whole = true
	if i < len(b) && b[i] == '.' {
		whole = false
		from := i + 1
		if i = digits(b, from); i == from {
			return i, false, false
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		whole = false
		from := i + 1
		if from < len(b) && (b[from] == '+' || b[from] == '-') {
			from++
		}
		if i = digits(b, from); i == from {
			return i, false, false
		}
	}
	return i, whole, true
}

func digits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

func validNumber(s string) bool {
	// Rule: the view is only read, and does not outlive s.
	end, _, ok := scanNumber(unsafe.Slice(unsafe.StringData(s), len(s)), 0)
	return ok && end == len(s)
}

func isNumber(c byte) bool {
	return c == '-' || c-'0' <= 9
}

// int64 reads a whole number of the given bits. ok is false if there is nothing to
// set: for null, and for what does not fit, which is reported.
func (d *Decoder) int64(bits int) (n int64, ok bool) {
	c := d.peek()
	if !isNumber(c) {
		d.scalarMismatch(c, sized("int", bits))
		return 0, false
	}
	if n, end := shortInt(d.data, d.pos); end > 0 && n<<(64-bits)>>(64-bits) == n {
		d.pos = end
		return n, true
	}
	start := d.pos
	tok, whole, ok := d.number()
	if !ok {
		return 0, false
	}
	if n, ok = parseInt(tok, bits); !whole || !ok {
		d.saveType(start, describeNumber(tok), sized("int", bits))
		return 0, false
	}
	return n, true
}

// uint64 is int64 for numbers that are not negative.
func (d *Decoder) uint64(bits int) (n uint64, ok bool) {
	c := d.peek()
	if !isNumber(c) {
		d.scalarMismatch(c, sized("uint", bits))
		return 0, false
	}
	if n, end := shortInt(d.data, d.pos); end > 0 && c != '-' && uint64(n)>>(bits-1)>>1 == 0 {
		d.pos = end
		return uint64(n), true
	}
	start := d.pos
	tok, whole, ok := d.number()
	if !ok {
		return 0, false
	}
	if n, ok = parseUint(tok); !whole || !ok || n>>(bits-1)>>1 != 0 {
		d.saveType(start, describeNumber(tok), sized("uint", bits))
		return 0, false
	}
	return n, true
}

// float reads a number, as int64 does.
func (d *Decoder) float(bits int) (f float64, ok bool) {
	c := d.peek()
	if !isNumber(c) {
		d.scalarMismatch(c, sized("float", bits))
		return 0, false
	}
	if bits == 64 {
		if f, ok := d.shortFloat(); ok {
			return f, true
		}
	}
	start := d.pos
	tok, _, ok := d.number()
	if !ok {
		return 0, false
	}
	if f, ok = parseFloat(tok, bits); !ok {
		d.saveType(start, describeNumber(tok), sized("float", bits))
	}
	return f, ok
}

// sized names a type in errors.
func sized(kind string, bits int) string {
	return kind + strconv.Itoa(bits)
}

// parseUint reads a run of digits. Nineteen of them always fit.
func parseUint(tok []byte) (n uint64, ok bool) {
	if len(tok) > 19 {
		n, err := strconv.ParseUint(string(tok), 10, 64)
		return n, err == nil
	}
	for _, c := range tok {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, len(tok) > 0
}

func parseInt(tok []byte, bitSize int) (int64, bool) {
	limit := uint64(1) << (bitSize - 1)
	if tok[0] != '-' {
		n, ok := parseUint(tok)
		return int64(n), ok && n < limit
	}
	n, ok := parseUint(tok[1:])
	return -int64(n), ok && n <= limit
}

// shortInt reads a whole number of up to 18 digits, which always fit. It
// returns end 0 for all else, wrong or not.
func shortInt(b []byte, i int) (n int64, end int) {
	neg := b[i] == '-'
	if neg {
		i++
	}
	first := i
	if i+8 <= len(b) {
		if w := load64(b, i); notDigits(w) == 0 {
			n = int64(eightDigitValue(w))
			i += 8
		}
	}
	for i < len(b) && b[i]-'0' <= 9 {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	size := i - first
	if size-1 >= 18 || size > 1 && b[first] == '0' || size == 0 {
		return 0, 0
	}
	if i < len(b) && (b[i] == '.' || b[i]|0x20 == 'e') {
		return 0, 0
	}
	if neg {
		n = -n
	}
	return n, i
}

// shortFloat reads a number that it can round itself.
func (d *Decoder) shortFloat() (float64, bool) {
	x, end := scanDecimal(d.data, d.pos)
	if end < 0 {
		return 0, false
	}
	f, ok := x.float64()
	if ok {
		d.pos = end
	}
	return f, ok
}

func fitsFloat(tok []byte) bool {
	_, ok := parseFloat(tok, 64)
	return ok
}

// parseFloat rounds correctly.
func parseFloat(tok []byte, bitSize int) (float64, bool) {
	// Rule: ParseFloat keeps its argument only in an error, which is dropped.
	f, err := strconv.ParseFloat(unsafe.String(&tok[0], len(tok)), bitSize)
	return f, err == nil
}

package wire

import (
	"math"
	"math/bits"
)

// decimal is a number as it stands in a document: digits * 10^exp.
type decimal struct {
	digits uint64
	exp    int
	neg    bool
	// inexact says that there are more digits than fit, or an absurd exponent.
	inexact bool
}

// scanDecimal reads the number at i by the grammar of RFC 8259, section 6, and
// returns its end, or -1 if it is none.
func scanDecimal(b []byte, i int) (x decimal, end int) {
	if b[i] == '-' {
		x.neg = true
		i++
	}
	first := i
	// What stands before the point is short and its length often the same: the loop's
	// end is guessed, and what comes after it need not wait.
	var n uint64
	for i < len(b) && b[i]-'0' <= 9 {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	size := i - first
	if size == 0 || b[first] == '0' && size > 1 {
		return x, -1
	}
	if b[first] == '0' {
		size = 0 // so that 0.1234567890123456789 has room for its digits
	}
	if i < len(b) && b[i] == '.' {
		from := i + 1
		if n, i = scanDigits(b, from, n); i == from {
			return x, -1
		}
		size += i - from
		x.exp = from - i
	}
	// Nineteen digits always fit 64 bits.
	x.digits, x.inexact = n, size > 19
	if i < len(b) && b[i]|0x20 == 'e' {
		return scanExponent(b, i+1, x)
	}
	return x, i
}

// scanDigits appends the digits at i to n.
func scanDigits(b []byte, i int, n uint64) (uint64, int) {
	for i+8 <= len(b) {
		w := load64(b, i)
		if other := notDigits(w); other != 0 {
			// Zeros in front make eight of what there is.
			size := uint(bits.TrailingZeros64(other)) / 8
			if size == 0 {
				return n, i
			}
			w = w<<((64-8*size)&63) | ones*'0'>>(8*size&63)
			return n*uint64(scales[size]) + eightDigitValue(w), i + int(size)
		}
		n = n*1e8 + eightDigitValue(w)
		i += 8
	}
	for i < len(b) && b[i]-'0' <= 9 {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	return n, i
}

func scanExponent(b []byte, i int, x decimal) (decimal, int) {
	sign := 1
	if i < len(b) && (b[i] == '+' || b[i] == '-') {
		if b[i] == '-' {
			sign = -1
		}
		i++
	}
	from := i
	exp := 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		if exp = exp*10 + int(b[i]-'0'); exp > 1e5 {
			x.inexact = true
			exp = 1e5
		}
	}
	if i == from {
		return x, -1
	}
	x.exp += sign * exp
	return x, i
}

// notDigits marks the first byte of w that is not a digit.
func notDigits(w uint64) uint64 {
	w ^= ones * '0'
	return (w | (w + ones*(0x80-10))) & highs
}

// eightDigitValue joins digits to pairs, pairs to fours, and those to one number.
func eightDigitValue(w uint64) uint64 {
	w -= ones * '0'
	w = (w*10 + w>>8) & 0x00FF00FF00FF00FF
	w = (w*100 + w>>16) & 0x0000FFFF0000FFFF
	return (w*10000 + w>>32) & 0xFFFFFFFF
}

// float64 rounds correctly, or reports that it cannot.
func (x decimal) float64() (f float64, ok bool) {
	switch {
	case x.inexact:
		return 0, false
	case x.digits <= 1<<53 && -22 <= x.exp && x.exp <= 0:
		// Two exact doubles and one rounding (Clinger, "How to Read Floating Point
		// Numbers Accurately", 1990).
		f = float64(x.digits) / powersOfTen[-x.exp]
	case x.digits == 0:
		f = 0
	default:
		if f, ok = lemire(x.digits, x.exp); !ok {
			return 0, false
		}
	}
	if x.neg {
		f = -f
	}
	return f, true
}

var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// lemire multiplies by 128 bits of the power of ten and rounds to 53 (Daniel
// Lemire, "Number Parsing at a Gigabyte per Second", 2021). It declines where
// the bits that were cut off could matter, and outside the normal doubles.
func lemire(digits uint64, exp int) (float64, bool) {
	if exp < lowestPower || exp >= lowestPower+len(tenTo) {
		return 0, false
	}
	zeros := bits.LeadingZeros64(digits)
	digits <<= uint(zeros)
	p := tenTo[exp-lowestPower]
	hi, lo := bits.Mul64(digits, p.hi)
	if hi&0x1FF == 0x1FF && lo+digits < lo {
		// The next 64 bits of the power may carry into those that are kept.
		more, least := bits.Mul64(digits, p.lo)
		var carry uint64
		lo, carry = bits.Add64(lo, more, 0)
		hi += carry
		if hi&0x1FF == 0x1FF && lo+1 == 0 && least+digits < least {
			return 0, false
		}
	}
	top := hi >> 63
	m := hi >> (top + 9)
	if lo == 0 && hi&0x1FF == 0 && m&3 == 1 {
		return 0, false // maybe exactly between two doubles
	}
	m = (m + m&1) >> 1
	e := exp*217706>>16 + 1023 + 64 - zeros - int(1^top)
	if m>>53 != 0 {
		m >>= 1
		e++
	}
	if e < 1 || e > 2046 {
		return 0, false
	}
	return math.Float64frombits(uint64(e)<<52 | m&(1<<52-1)), true
}

package wire

import (
	"math"
	"math/bits"
)

//go:generate go run ../internal/pow10

// shortestLong is shortest for most doubles, with one product where that has three
// (the way of yyjson's and Victor Zverovich's "zmij", 2025): d has 16 or 17 digits,
// of which the last may be zeros. Both ends of the interval are its middle and the
// width, which is a power of ten shifted. It declines where what is cut off could
// decide, and below a power of two.
func shortestLong(f float64) (d uint64, k int, ok bool) {
	raw := math.Float64bits(f)
	c, exp := raw&(1<<52-1), int(raw>>52)
	if c == 0 || exp == 0 {
		return 0, 0, false
	}
	q := exp - 1075
	k = log10(q)
	h := uint(q+log2Ten(-k)+1) & 63 // 1 to 4
	p := &tenTo[-k-lowestPower]
	c = (c | 1<<52) << h
	// f / 10^k is y and a fraction, z.
	y, z := bits.Mul64(p.hi, c)
	x, _ := bits.Mul64(p.lo, c)
	z, carry := bits.Add64(z, x, 0)
	y += carry
	// Where it stands above a multiple of ten, and how far the interval reaches, in
	// units of 2^-60, each less than two of them too small.
	t := y / 10 * 10
	const ten = 10 << 60
	at, reach := (y-t)<<60|z>>4, p.hi>>((5-h)&63)
	if at-reach+2 <= 4 || ten-at-reach+2 <= 4 || z-1<<63+2 <= 4 {
		return 0, 0, false
	}
	d = y + z>>63
	if at < reach {
		d = t
	}
	if ten-at < reach {
		d = t + 10
	}
	return d, k, true
}

// shortest returns the digits d and the exponent k such that d * 10^k is the
// shortest decimal that reads back as f, and the closest to f among those.
// f is finite and positive. The method is Schubfach (Raffaello Giulietti, "The
// Schubfach way to render doubles", 2020): at most two decimals of the length
// to try lie in the interval that rounds to f, and 128 bits of a power of ten
// are enough to tell which.
func shortest(f float64) (d uint64, k int) {
	raw := math.Float64bits(f)
	c, exp := raw&(1<<52-1), int(raw>>52)
	q := -1074
	if exp != 0 {
		c |= 1 << 52
		q = exp - 1075
	}
	// Below a power of two the doubles are twice as dense.
	dense := c == 1<<52 && exp > 1
	if k = log10(q); dense {
		k = log10ThreeQuarters(q)
	}
	// The bounds of the interval, times four so that halves are whole.
	low, mid, high := 4*c-2, 4*c, 4*c+2
	if dense {
		low++
	}
	h := uint(q + log2Ten(-k) + 1)
	p := ceilTenTo(-k)
	low, mid, high = p.times(low<<h), p.times(mid<<h), p.times(high<<h)
	// Ties round to even: the bounds themselves belong to an even f.
	low += c & 1
	high -= c & 1
	// One digit less, if exactly one such decimal is inside; else the one that is
	// inside, and of both or none the closer, the even one in the middle. Whether
	// there is a shorter one cannot be predicted: both are found, without a branch.
	s := mid / 4
	t := s / 10
	shortBelow, shortAbove := b2u(low <= 40*t), b2u(40*t+40 <= high)
	below, above := b2u(low <= 4*s), b2u(4*s+4 <= high)
	half := 4*s + 2
	if below == above {
		above = b2u(mid+s&1 > half)
	}
	d = s + above
	if s >= 10 && shortBelow != shortAbove {
		return t + shortAbove, k + 1
	}
	return d, k
}

func b2u(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

type power struct{ hi, lo uint64 }

// ceilTenTo rounds up where the table rounds down. 10^55 is the last power
// whose odd part fits 128 bits.
func ceilTenTo(k int) power {
	e := tenTo[k-lowestPower]
	if k < 0 || k > 55 {
		lo, carry := bits.Add64(e.lo, 1, 0)
		return power{e.hi + carry, lo}
	}
	return power{e.hi, e.lo}
}

// times returns the product's upper 64 bits, the lowest of which also stands
// for all that is cut off ("round to odd"), so that comparisons stay exact.
func (p power) times(n uint64) uint64 {
	x, _ := bits.Mul64(p.lo, n)
	y, z := bits.Mul64(p.hi, n)
	z, carry := bits.Add64(z, x, 0)
	y += carry
	return y | b2u(z > 1)
}

// The logarithms are rounded down; the factors are exact for all exponents of
// doubles (Giulietti, section 11).

func log10(q int) int              { return q * 1262611 >> 22 }
func log10ThreeQuarters(q int) int { return (q*1262611 - 524031) >> 22 }
func log2Ten(k int) int            { return k * 1741647 >> 19 }

package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// AppendInt appends a signed integer.
func AppendInt(dst []byte, n int64) []byte {
	if n < 0 {
		return AppendUint(append(dst, '-'), -uint64(n))
	}
	return AppendUint(dst, uint64(n))
}

// AppendUint appends an unsigned integer.
func AppendUint(dst []byte, n uint64) []byte {
	if n < 10 {
		return append(dst, '0'+byte(n))
	}
	if n < 1e8 {
		size := decimals(n)
		return appendWord(dst, eightDigits(uint32(n))>>(64-8*size), size)
	}
	q := n / 1e8
	return appendWord(AppendUint(dst, q), eightDigits(uint32(n-q*1e8)), 8)
}

// appendWord appends the first size bytes of w, of one to eight.
func appendWord(dst []byte, w uint64, size int) []byte {
	n := len(dst)
	if size > cap(dst)-n {
		dst = slices.Grow(dst, size)
	}
	dst = dst[:n+size]
	// Two stores that overlap, for no byte behind the result may change: an array
	// can have other owners there.
	switch {
	case size == 8:
		store64(dst, n, w)
	case size >= 4:
		store32(dst, n+size-4, uint32(w>>(8*(size-4)&63)))
		store32(dst, n, uint32(w))
	case size >= 2:
		dst[n], dst[n+1], dst[n+size-1] = byte(w), byte(w>>8), byte(w>>(8*(size-1)&63))
	default:
		dst[n] = byte(w)
	}
	return dst
}

// decimals returns the number of digits of n.
func decimals(n uint64) int {
	// 1233/4096 is log10(2), close enough for 64 bits to be off by one at most.
	size := bits.Len64(n) * 1233 >> 12
	if n >= tens[size] {
		size++
	}
	return size
}

var tens = [...]uint64{
	0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// scales are what makes 17 digits of 17 to 9.
var scales = [...]uint32{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}

// eightDigits returns the digits of n < 1e8 in the order of memory.
func eightDigits(n uint32) uint64 { return splitDigits(n) + ones*'0' }

// splitDigits returns the values of n's eight digits: halves, pairs and digits are
// split side by side, by multiplication with reciprocals.
func splitDigits(n uint32) uint64 {
	hi := n / 1e4
	x := uint64(hi) | uint64(n-hi*1e4)<<32
	q := x * 10486 >> 20 & (0x7F<<32 | 0x7F)
	x = q | (x-q*100)<<16
	q = x * 103 >> 10 & (0xF<<48 | 0xF<<32 | 0xF<<16 | 0xF)
	return q | (x-q*10)<<8
}

// AppendBool appends true or false. It is a call for the same reason as AppendNull.
//
//go:noinline
func AppendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

// AppendFloat64 appends f in the shortest form that reads back as f, in
// encoding/json's notation. NaN and the infinities are ErrUnsupportedValue.
func AppendFloat64(dst []byte, f float64) ([]byte, error) {
	abs := math.Abs(f)
	if !(abs <= math.MaxFloat64) {
		return dst, fmt.Errorf("%w: %v", ErrUnsupportedValue, f)
	}
	if math.Signbit(f) {
		dst = append(dst, '-')
	}
	if n := int64(abs); abs < 1<<53 && float64(n) == abs {
		return AppendUint(dst, uint64(n)), nil
	}
	if n, ok := millionths(abs); ok {
		return appendMillionths(dst, n), nil
	}
	if d, k, ok := shortestLong(abs); ok {
		return appendLong(dst, d, k), nil
	}
	d, k := shortest(abs)
	return appendDecimal(dst, d, k), nil
}

// AppendFloat32 is AppendFloat64 for a float32.
func AppendFloat32(dst []byte, f float32) ([]byte, error) {
	x := float64(f)
	abs := math.Abs(x)
	if !(abs <= math.MaxFloat32) {
		return dst, fmt.Errorf("%w: %v", ErrUnsupportedValue, f)
	}
	if float32(abs) != 0 && (float32(abs) < 1e-6 || float32(abs) >= 1e21) {
		var b [24]byte
		return append(dst, cleanExponent(strconv.AppendFloat(b[:0], x, 'e', -1, 32))...), nil
	}
	return strconv.AppendFloat(dst, x, 'f', -1, 32), nil
}

// cleanExponent: strconv pads exponents to two digits, ES6 and encoding/json do
// not. e-09 is e-9.
func cleanExponent(dst []byte) []byte {
	if n := len(dst); n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		return dst[:n-1]
	}
	return dst
}

// millionths finds numbers with at most six decimals and 15 digits (prices,
// ratios) without a search. It is exact: scaled and 1e6 are exact doubles, so
// their correctly rounded quotient being f proves that the decimal reads back
// as f, and no other decimal of up to 15 digits reads back as the same double,
// so it is also the shortest.
func millionths(f float64) (n uint64, ok bool) {
	scaled := f * 1e6
	if !(scaled >= 1 && scaled < 1e15) {
		return 0, false
	}
	i := int64(scaled)
	return uint64(i), float64(i) == scaled && scaled/1e6 == f
}

// appendMillionths writes n/1e6, which is no integer, without zeros at its end: by one
// word if it fits, which it mostly does.
func appendMillionths(dst []byte, n uint64) []byte {
	whole := n / 1e6
	digits := splitDigits(uint32(n-whole*1e6) * 100)
	size := 9 - bits.LeadingZeros64(digits)/8 // with the point, 2 to 7
	w := (digits+ones*'0')<<8 | '.'
	if k := decimals(whole); size+k <= 8 {
		at := uint(8*k) & 63
		return appendWord(dst, w<<at|eightDigits(uint32(whole))>>(-at&63), size+k)
	}
	return appendWord(AppendUint(dst, whole), w, size)
}

// appendDecimal writes d * 10^k in the notation of ES6, as encoding/json does.
func appendDecimal(dst []byte, d uint64, k int) []byte {
	for q := d / 100; q*100 == d; q = d / 100 {
		d, k = q, k+2
	}
	if q := d / 10; q*10 == d {
		d, k = q, k+1
	}
	size := decimals(d)
	point := size + k // where the point stands, counted from the first digit
	switch {
	case point > 21 || point < -5:
		return appendExponent(dst, d, size, point-1)
	case point <= 0:
		dst = append(dst, "0.00000"[:2-point]...)
		return appendPadded(dst, d, size)
	case k >= 0:
		dst = appendPadded(dst, d, size)
		return append(dst, "000000000000000000000"[:k]...)
	case size < 8:
		return appendWord(dst, withPoint(eightDigits(uint32(d))>>(64-8*size), point), size+1)
	case size > 9 && point < 8:
		return appendLong(dst, d*uint64(scales[17-size]), k-17+size)
	}
	digits := digitsOf(d)
	first := 24 - size
	n := len(dst)
	dst = slices.Grow(dst, size+1)[:n+size+1]
	out := dst[n:]
	copyDigits(out[:point], digits[first:])
	out[point] = '.'
	copyDigits(out[point+1:], digits[first+point:])
	return dst
}

// withPoint moves what stands in w at point and after it one byte up, and puts the
// point there.
func withPoint(w uint64, point int) uint64 {
	at := uint(point) * 8 & 63
	low := w & (1<<at - 1)
	return low | '.'<<at | (w^low)<<8
}

// appendLong writes 16 or 17 digits, without the zeros at their end. A point after
// one to seven of them takes the short way: all that it stores comes from registers,
// and the stores overlap in place of asking for the size, which cannot be predicted.
func appendLong(dst []byte, d uint64, k int) []byte {
	if d < 1e16 {
		d *= 10
		k--
	}
	first := d / 1e16
	rest := d - first*1e16
	mid := rest / 1e8
	w, x := splitDigits(uint32(mid)), splitDigits(uint32(rest-mid*1e8))
	point, size := 17+k, 17-bits.LeadingZeros64(x)/8
	if uint(point-1) >= 7 || x == 0 {
		return appendDecimal(dst, d, k)
	}
	n := len(dst)
	if size >= cap(dst)-n {
		dst = slices.Grow(dst, size+1)
	}
	out := dst[n : n+size+1] // 11 bytes at least
	w, x = w+ones*'0', x+ones*'0'
	cut := uint(size-10) * 8 // 0 to 56
	store64(out, 2, w)
	store64(out, size-7, w>>8>>(cut&63)|x<<((56-cut)&63))
	store64(out, 0, withPoint(w<<8|('0'+first), point))
	return dst[:n+size+1]
}

// digitsOf returns the 24 digits of d, which has less.
func digitsOf(d uint64) (b [24]byte) {
	hi := d / 1e16
	d -= hi * 1e16
	mid := d / 1e8
	binary.LittleEndian.PutUint64(b[0:], eightDigits(uint32(hi)))
	binary.LittleEndian.PutUint64(b[8:], eightDigits(uint32(mid)))
	binary.LittleEndian.PutUint64(b[16:], eightDigits(uint32(d-mid*1e8)))
	return b
}

// copyDigits is copy for dst of a few digits, by words that overlap: it costs
// less than a call of copy.
func copyDigits(dst, src []byte) {
	n := len(dst)
	switch {
	case n >= 8:
		for i := 0; i+8 < n; i += 8 {
			store64(dst, i, load64(src, i))
		}
		store64(dst, n-8, load64(src, n-8))
	case n >= 4:
		binary.LittleEndian.PutUint32(dst, binary.LittleEndian.Uint32(src))
		binary.LittleEndian.PutUint32(dst[n-4:], binary.LittleEndian.Uint32(src[n-4:]))
	default:
		for i := range dst {
			dst[i] = src[i]
		}
	}
}

func appendExponent(dst []byte, d uint64, size, exp int) []byte {
	n := len(dst)
	dst = appendPadded(append(dst, 0), d, size)
	dst[n] = dst[n+1]
	if dst[n+1] = '.'; size == 1 {
		dst = dst[:n+1]
	}
	dst = append(dst, 'e')
	if exp < 0 {
		return AppendUint(append(dst, '-'), uint64(-exp))
	}
	return AppendUint(append(dst, '+'), uint64(exp))
}

// appendPadded appends the last size digits of n.
func appendPadded(dst []byte, n uint64, size int) []byte {
	digits := digitsOf(n)
	return append(dst, digits[24-size:24]...)
}

// AppendNumber appends a json.Number. The empty Number is 0, as in encoding/json.
func AppendNumber(dst []byte, n json.Number) ([]byte, error) {
	if n == "" {
		return append(dst, '0'), nil
	}
	if !validNumber(string(n)) {
		return dst, fmt.Errorf("%w: number literal %q", ErrUnsupportedValue, string(n))
	}
	return append(dst, n...), nil
}

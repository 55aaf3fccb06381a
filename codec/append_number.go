package codec

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// AppendInt appends a signed integer.
func AppendInt(dst []byte, n int64) []byte {
	return strconv.AppendInt(dst, n, 10)
}

// AppendUint appends an unsigned integer.
func AppendUint(dst []byte, n uint64) []byte {
	return strconv.AppendUint(dst, n, 10)
}

// AppendBool appends true or false.
func AppendBool(dst []byte, b bool) []byte {
	return strconv.AppendBool(dst, b)
}

// AppendFloat64 appends f in the shortest form that reads back as f, in
// encoding/json's notation. NaN and the infinities are ErrUnsupportedValue.
func AppendFloat64(dst []byte, f float64) ([]byte, error) {
	if out, ok := appendShortDecimal(dst, f); ok {
		return out, nil
	}
	abs := math.Abs(f)
	return appendFloat(dst, f, 64, abs != 0 && (abs < 1e-6 || abs >= 1e21))
}

// AppendFloat32 is AppendFloat64 for a float32.
func AppendFloat32(dst []byte, f float32) ([]byte, error) {
	abs := float32(math.Abs(float64(f)))
	return appendFloat(dst, float64(f), 32, abs != 0 && (abs < 1e-6 || abs >= 1e21))
}

func appendFloat(dst []byte, f float64, bitSize int, exponent bool) ([]byte, error) {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return dst, fmt.Errorf("%w: %v", ErrUnsupportedValue, f)
	}
	if !exponent {
		return strconv.AppendFloat(dst, f, 'f', -1, bitSize), nil
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, bitSize)
	// strconv pads exponents to two digits, ES6 and encoding/json do not: e-09 is e-9.
	if n := len(dst); n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst, nil
}

// appendShortDecimal writes numbers with at most six decimals and 15 digits
// (prices, ratios, whole numbers) without a shortest-digits search. It is
// exact: scaled and 1e6 are exact doubles, so their correctly rounded quotient
// being f proves that the decimal reads back as f, and no other decimal of up
// to 15 digits reads back as the same double, so it is also the shortest.
func appendShortDecimal(dst []byte, f float64) ([]byte, bool) {
	scaled := math.Abs(f) * 1e6
	if !(scaled >= 1 && scaled < 1e15) {
		return dst, false
	}
	n := uint64(scaled)
	if float64(n) != scaled || scaled/1e6 != math.Abs(f) {
		return dst, false
	}
	if f < 0 {
		dst = append(dst, '-')
	}
	dst = strconv.AppendUint(dst, n/1e6, 10)
	frac := uint32(n % 1e6)
	if frac == 0 {
		return dst, true
	}
	var digits [7]byte
	for i := 6; i > 0; i-- {
		digits[i] = byte('0' + frac%10)
		frac /= 10
	}
	digits[0] = '.'
	end := 7
	for digits[end-1] == '0' {
		end--
	}
	return append(dst, digits[:end]...), true
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

package codec

import (
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// String decodes a JSON string into *p; null leaves it alone. A target that
// already holds the same text keeps it.
func String[T ~string](d *Decoder, p *T) {
	switch d.peek() {
	case '"':
		if b, ok := d.text(); ok && string(*p) != string(b) {
			*p = T(d.keep(b))
		}
	case 'n':
		d.literal("null")
	default:
		d.mismatch("string")
	}
}

// text consumes the string that begins at the cursor and returns its contents,
// either a part of the input or scratch: valid until the next string is read.
func (d *Decoder) text() ([]byte, bool) {
	start := d.pos + 1
	end, ascii := plainText(d.data, start)
	if end < len(d.data) && d.data[end] == '"' {
		if b := d.data[start:end]; ascii || utf8.Valid(b) {
			d.pos = end + 1
			return b, true
		}
		end = start
	}
	return d.unescape(start, end)
}

// plainText returns the index of the first byte at or after i that is a quote,
// a backslash or a control character, and whether all before it is ASCII.
func plainText(b []byte, i int) (end int, ascii bool) {
	var seen uint64
	for ; i+8 <= len(b); i += 8 {
		w := load64(b, i)
		if m := endsString(w); m != 0 {
			n := bits.TrailingZeros64(m) &^ 7
			seen |= w & (1<<n - 1)
			return i + n/8, seen&highs == 0
		}
		seen |= w
	}
	for ; i < len(b); i++ {
		c := b[i]
		if c == '"' || c == '\\' || c < 0x20 {
			break
		}
		seen |= uint64(c)
	}
	return i, seen&highs == 0
}

// unescape rewrites a string with escapes or invalid UTF-8 into scratch. The
// bytes from start to i hold no escape; i == start if they may be invalid.
func (d *Decoder) unescape(start, i int) ([]byte, bool) {
	if !utf8.Valid(d.data[start:i]) {
		i = start
	}
	out := append(d.scratch[:0], d.data[start:i]...)
	for i < len(d.data) {
		c := d.data[i]
		switch {
		case c == '"':
			d.pos = i + 1
			d.scratch = out
			return out, true
		case c == '\\':
			n := 0
			if out, n = d.escape(out, i); n == 0 {
				return nil, false
			}
			i += n
		case c < 0x20:
			d.syntaxAt(i, "control character in a string", nil)
			return nil, false
		case c < utf8.RuneSelf:
			out = append(out, c)
			i++
		default:
			r, n := utf8.DecodeRune(d.data[i:])
			if r == utf8.RuneError && n == 1 && d.rejectUTF8(i) {
				return nil, false
			}
			out = utf8.AppendRune(out, r)
			i += n
		}
	}
	d.syntaxAt(i, "", nil)
	return nil, false
}

func (d *Decoder) rejectUTF8(off int) bool {
	if d.opts.InvalidUTF8 != RejectInvalidUTF8 {
		return false
	}
	d.syntaxAt(off, "invalid UTF-8 in a string", ErrInvalidUTF8)
	return true
}

// escape appends what the escape at i stands for and returns its length, 0
// after an error.
func (d *Decoder) escape(out []byte, i int) ([]byte, int) {
	if i+1 >= len(d.data) {
		d.syntaxAt(len(d.data), "", nil)
		return out, 0
	}
	switch c := d.data[i+1]; c {
	case '"', '\\', '/':
		return append(out, c), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'n':
		return append(out, '\n'), 2
	case 'r':
		return append(out, '\r'), 2
	case 't':
		return append(out, '\t'), 2
	case 'u':
		return d.unicode(out, i)
	case '\'':
		if d.apostrophe {
			return append(out, c), 2
		}
	}
	d.syntaxAt(i+1, "invalid escape in a string", nil)
	return out, 0
}

// unicode handles \uXXXX at i and, if it begins a surrogate pair, its partner.
func (d *Decoder) unicode(out []byte, i int) ([]byte, int) {
	r, bad := hex4(d.data, i)
	if r < 0 {
		d.syntaxAt(bad, "invalid \\u escape in a string", nil)
		return out, 0
	}
	if !utf16.IsSurrogate(r) {
		return utf8.AppendRune(out, r), 6
	}
	low, _ := hex4(d.data, i+6)
	if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
		return utf8.AppendRune(out, pair), 12
	}
	if d.rejectUTF8(i) {
		return out, 0
	}
	return utf8.AppendRune(out, utf8.RuneError), 6
}

// hex4 reads \uXXXX at i. If it is none it returns -1 and the offending index.
func hex4(b []byte, i int) (r rune, bad int) {
	for j := range 6 {
		if i+j >= len(b) {
			return -1, len(b)
		}
		c := b[i+j]
		switch {
		case j == 0 && c == '\\', j == 1 && c == 'u':
		case j >= 2 && '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case j >= 2 && 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1, i + j
		}
	}
	return r, 0
}

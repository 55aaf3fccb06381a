// Package fold maps names to the form in which encoding/json compares them
// when no field matches exactly. The generator folds field names with it, the
// runtime folds keys, so the two cannot disagree.
package fold

import (
	"unicode"
	"unicode/utf8"
)

// Append appends the folded form of name to dst: two names fold to the same
// bytes exactly if bytes.EqualFold holds for them.
func Append(dst, name []byte) []byte {
	for i := 0; i < len(name); {
		if c := name[i]; c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, n := utf8.DecodeRune(name[i:])
		dst = utf8.AppendRune(dst, smallest(r))
		i += n
	}
	return dst
}

// smallest returns the least rune of r's fold orbit, which SimpleFold walks
// upwards and then wraps. The Kelvin sign folds to K this way.
func smallest(r rune) rune {
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}

package gentest

import (
	"bytes"
	"errors"
	"strings"
)

// Color writes itself as JSON that needs compacting and escaping.
type Color struct{ RGB [3]uint8 }

// MarshalJSON has a value receiver.
func (c Color) MarshalJSON() ([]byte, error) {
	return []byte("{ \"<rgb>\" : [ " + string('0'+c.RGB[0]%10) + " ] }\n"), nil
}

// UnmarshalJSON refuses objects with a bad member.
func (c *Color) UnmarshalJSON(b []byte) error {
	if bytes.Contains(b, []byte(`"bad"`)) {
		return errors.New("bad color")
	}
	c.RGB[0] = uint8(len(b))
	return nil
}

// Upper is text both ways, with methods on the pointer.
type Upper struct{ s string }

// MarshalText has a pointer receiver.
func (u *Upper) MarshalText() ([]byte, error) { return []byte(strings.ToUpper(u.s) + "<"), nil }

// UnmarshalText refuses an exclamation mark.
func (u *Upper) UnmarshalText(b []byte) error {
	if bytes.Contains(b, []byte("!")) {
		return errors.New("no shouting")
	}
	u.s = string(b)
	return nil
}

// OnlyOut has a method for one direction, and is a struct in the other.
type OnlyOut struct{ N int }

// MarshalJSON writes a bare number.
func (o OnlyOut) MarshalJSON() ([]byte, error) { return []byte{'0' + byte(o.N&7)}, nil }

// TextBytes is a slice that null makes nil, although it is text.
type TextBytes []byte

// MarshalText writes the bytes as they are.
func (t TextBytes) MarshalText() ([]byte, error) { return t, nil }

// UnmarshalText keeps the bytes.
func (t *TextBytes) UnmarshalText(b []byte) error {
	*t = append((*t)[:0], b...)
	return nil
}

package plain

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Page is generic, and has methods for whatever T is.
//
//codec:json
type Page[T any] struct {
	Items []T          `json:"items"`
	First T            `json:"first"`
	Maybe *T           `json:"maybe,omitempty"`
	Empty T            `json:"empty,omitempty"`
	Zero  T            `json:"zero,omitzero"`
	ByKey map[string]T `json:"by_key"`
	Two   [2]T         `json:"two"`
	Next  *Page[T]     `json:"next,omitempty"`
}

// Keyed has two parameters, one of which is constrained.
//
//codec:json
type Keyed[K ~string | ~int, V any] struct {
	Key   K
	Value V
	Pair  Pair[K, V]
}

// Pages holds instances of generic types with methods.
//
//codec:json
type Pages struct {
	Strings Page[string]
	Ints    Page[int]
	Bytes   Page[byte]
	Octets  Page[Octet]
	Floats  Page[float32]
	Times   Page[time.Time]
	Smalls  Page[Small]
	Ptrs    Page[*Small]
	Anys    Page[any]
	Slices  Page[[]int]
	Colors  Page[Color]
	Uppers  Page[*Upper]
	Flags   Page[Flag]
	Raws    *Page[json.RawMessage]
	Nested  *Page[Page[Name]]
	Named   Keyed[Name, Level]
	Counted Keyed[int, []string]
}

// Octet is a named byte: slices of it are base64.
type Octet byte

// Octets has slices of named bytes.
//
//codec:json
type Octets struct {
	Plain  []Octet
	Nested [][]Octet
	Array  [3]Octet
}

// Keys has maps with keys that are text.
//
//codec:json
type Keys struct {
	Points map[Point]int
	Addrs  map[netip.Addr][]string
	Times  map[time.Time]string
	Names  map[KeyName]int
	Counts map[KeyInt]*Small
	Half   map[HalfInt]int
}

// Point is a struct that is text.
type Point struct{ X, Y int8 }

// Populate makes one of a few points, the last three of which do not encode.
func (p *Point) Populate(n int) { p.X, p.Y = int8(n), int8(-n) }

// MarshalText has a value receiver, as keys need.
func (p Point) MarshalText() ([]byte, error) {
	if p.X >= 13 {
		return nil, errors.New("unlucky")
	}
	return fmt.Appendf(nil, "%d<%d", p.X, p.Y), nil
}

// UnmarshalText is the inverse.
func (p *Point) UnmarshalText(b []byte) error {
	x, y, ok := strings.Cut(string(b), "<")
	if !ok {
		return errors.New("no point")
	}
	nx, err := strconv.ParseInt(x, 10, 8)
	ny, err2 := strconv.ParseInt(y, 10, 8)
	p.X, p.Y = int8(nx), int8(ny)
	return errors.Join(err, err2)
}

// KeyName is a string with text methods: the former wins on the way out, the
// latter on the way in.
type KeyName string

// MarshalText is not used for keys.
func (k KeyName) MarshalText() ([]byte, error) { return []byte("M:" + k), nil }

// UnmarshalText is.
func (k *KeyName) UnmarshalText(b []byte) error {
	*k = KeyName("U:" + string(b))
	return nil
}

// KeyInt is an integer that is text as a key.
type KeyInt int

// MarshalText is used for keys.
func (k KeyInt) MarshalText() ([]byte, error) {
	return strconv.AppendInt([]byte("#"), int64(k), 16), nil
}

// UnmarshalText is the inverse.
func (k *KeyInt) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(strings.TrimPrefix(string(b), "#"), 16, 32)
	*k = KeyInt(n)
	return err
}

// HalfInt is text on the way out only.
type HalfInt int

// MarshalText writes a number that reads back as one.
func (h HalfInt) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(h)+1, 10), nil }

// Labeled is an interface with a method.
type Labeled interface{ Label() string }

// Anything is a named empty interface.
type Anything any

// Interfaces has fields whose types are interfaces.
//
//codec:json
type Interfaces struct {
	Labeled   Labeled
	Omitted   Labeled `json:",omitempty"`
	List      []Labeled
	ByName    map[string]Labeled
	Anything  Anything
	Marshaler json.Marshaler
	Text      encoding.TextMarshaler
	Stringer  fmt.Stringer `json:",omitzero"`
}

// Badge is a Labeled with its methods on the pointer.
type Badge struct {
	Name string `json:"name"`
	On   bool   `json:"on,omitempty"`
}

// Label makes a Badge a Labeled.
func (b *Badge) Label() string { return b.Name }

// Word is a Labeled that is a string.
type Word string

// Label makes a Word a Labeled.
func (w Word) Label() string { return string(w) }

// Populate sets the interfaces to one of a few constellations.
func (v *Interfaces) Populate(n int) {
	if n&1 != 0 {
		v.Labeled = &Badge{Name: "b<", On: n&2 != 0}
		v.Text = Point{1, 2}
	}
	if n&2 != 0 {
		v.Omitted = Word("w")
		v.List = []Labeled{Word("<x>"), nil, &Badge{Name: "y"}}
		v.Marshaler = Color{[3]uint8{1}}
	}
	if n&4 != 0 {
		v.ByName = map[string]Labeled{"a": &Badge{Name: "z"}, "n": nil}
		v.Anything = map[string]any{"k": 1.5}
		v.Text = &Upper{"u"}
	}
	if n&8 != 0 {
		v.Stringer = Empty{}
		v.Anything = &Small{A: 3}
		v.Labeled = (*Badge)(nil)
	}
}

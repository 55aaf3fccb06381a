// Package gentest is what the generator is tested on: a type for every kind
// and tag it knows. It is not part of any program.
package gentest

//lint:file-ignore SA5008 encoding/json accepts these tags, so the generator must.

import (
	"encoding/json"
	"time"
)

//go:generate go run ../../cmd/codecgen -jsonv2

// Level, Name, Ratio, Flag and Blob are named scalars.
type (
	// Level is a named integer.
	Level int8
	// Name is a named string.
	Name string
	// Ratio is a named float.
	Ratio float64
	// Flag is a named bool.
	Flag bool
	// Blob is named bytes.
	Blob []byte
)

// Scalars has a field of every scalar kind.
//
//codec:json
type Scalars struct {
	Bool    bool `json:"bool"`
	Int     int
	Int8    int8 `json:"int8"`
	Int16   int16
	Int32   int32 `json:"int_32"`
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Uintptr uintptr
	Float32 float32
	Float64 float64
	String  string `json:"s<&>é"`
	Level   Level
	Name    Name
	Ratio   Ratio
	Flag    Flag
	Bytes   []byte
	Blob    Blob
	Time    time.Time
	Raw     json.RawMessage
	Number  json.Number
	Any     any
	Hidden  string `json:"-"`
	Dash    string `json:"-,"`
	BadTag  string `json:"a\"b"`
}

// Quoted has the string option on every kind that takes it.
//
//codec:json
type Quoted struct {
	Bool    bool        `json:",string"`
	Int     int         `json:"int,string"`
	Int8    int8        `json:",string"`
	Uint    uint        `json:",string"`
	Uint16  uint16      `json:",string,omitempty"`
	Float32 float32     `json:",string"`
	Float64 float64     `json:",string"`
	String  string      `json:",string"`
	Name    Name        `json:",string"`
	Number  json.Number `json:",string"`
	PInt    *int        `json:",string"`
	PString *string     `json:",string,omitempty"`
	Time    time.Time   `json:",string"`
	Slice   []int       `json:",string"`
}

// Omit has omitempty and omitzero on many kinds.
//
//codec:json
type Omit struct {
	Bool   bool              `json:"b,omitempty"`
	Int    int               `json:"i,omitempty"`
	Float  float64           `json:"f,omitempty"`
	String string            `json:"s,omitempty"`
	Slice  []int             `json:"l,omitempty"`
	Array  [2]int            `json:"a,omitempty"`
	Empty  [0]int            `json:"e,omitempty"`
	Map    map[string]string `json:"m,omitempty"`
	Ptr    *int              `json:"p,omitempty"`
	Any    any               `json:"any,omitempty"`
	Struct Small             `json:"st"`
	ZTime  time.Time         `json:"zt,omitzero"`
	ZInt   int               `json:"zi,omitzero"`
	ZFloat float32           `json:"zf,omitzero"`
	ZSlice []int             `json:"zl,omitzero"`
	ZSmall Small             `json:"zs,omitzero"`
	ZArray [2]string         `json:"za,omitzero"`
	ZPtr   *time.Time        `json:"zp,omitzero"`
	ZIPtr  *int              `json:"zip,omitzero"`
	ZAny   any               `json:"zany,omitzero"`
	ZBool  bool              `json:"zb,omitzero"`
	ZMap   map[string]int    `json:"zm,omitzero"`
	Both   []string          `json:"both,omitempty,omitzero"`
	ZDeep  struct{ L []int } `json:"zd,omitzero"`
	ZLarge [200]int          `json:"zlarge,omitzero"`
	ZError error             `json:"ze,omitzero"`
	ZWhole Zeroer            `json:"zz,omitzero"`
}

// Zeroer is an interface that says itself when it is zero.
type Zeroer interface{ IsZero() bool }

// Small is reached from other types only.
type Small struct {
	A int `json:"a"`
	B string
}

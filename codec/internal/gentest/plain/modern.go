package plain

//lint:file-ignore SA5008 encoding/json/v2 knows these tags.

import (
	"encoding/json"
	"time"
)

// Eighth is a named byte, which is a number in encoding/json/v2.
type Eighth uint8

// Modern has a field of every kind that -v2 knows.
type Modern struct {
	Bool    bool `json:"bool"`
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Float32 float32
	Float64 float64
	String  string `json:"s<&>é"`
	Named   Name
	Level   Level

	Bytes    []byte
	Blob     Blob
	Array    [4]byte
	Octets   []Eighth
	OctetsN  [3]Eighth
	None     [0]byte
	BytesPtr *[]byte

	Ints    []int
	Strings []string
	Lists   [][]int
	Grid    [2][2]int
	Nothing [0]int
	Parts   []ModernPart
	Pair    [2]ModernPart
	Ptr     *int
	PtrPtr  **string
	PartPtr *ModernPart
	PtrList []*ModernPart

	Map     map[string]int
	Texts   map[Name]string
	ByInt   map[int8]string
	ByUint  map[uint16]ModernPart
	MapPtr  map[string]*ModernPart
	MapList map[string][]int
	MapMap  map[string]map[string]int
	Anys    map[string]any

	Any    any
	List   []any
	Time   time.Time
	Times  []*time.Time
	Number json.Number
	Raw    json.RawMessage
	Color  Color
	Colors map[string]Color
	Upper  Upper
	Uppers []Upper
	Units  time.Duration `json:",format:units"`
	Nano   time.Duration `json:"nano,format:nano"`
	Anon   struct {
		X int `json:"x"`
		Y []string
	}
	Skipped int `json:"-"`
}

// ModernPart is part of others.
type ModernPart struct {
	A int            `json:"a"`
	B *string        `json:"b,case:strict"`
	C []int          `json:",omitzero"`
	D map[string]int `json:"d,omitempty"`
}

// ModernOmit has the options that leave fields out.
type ModernOmit struct {
	Bool    bool            `json:",omitempty"`
	Int     int             `json:",omitempty"`
	Float   float64         `json:",omitempty"`
	String  string          `json:",omitempty"`
	Bytes   []byte          `json:",omitempty"`
	Array   [2]byte         `json:",omitempty"`
	None    [0]int          `json:",omitempty"`
	Ints    []int           `json:",omitempty"`
	Map     map[string]int  `json:",omitempty"`
	Ptr     *string         `json:",omitempty"`
	PtrList *[]int          `json:",omitempty"`
	Any     any             `json:",omitempty"`
	Part    ModernPart      `json:",omitempty"`
	Empty   struct{}        `json:",omitempty"`
	Sparse  ModernSparse    `json:",omitempty"`
	Time    time.Time       `json:",omitempty"`
	Raw     json.RawMessage `json:",omitempty"`
	Color   Color           `json:",omitempty"`
	Upper   Upper           `json:",omitempty"`
	Number  json.Number     `json:",omitempty"`
	Units   time.Duration   `json:",omitempty,format:units"`
	Both    []int           `json:",omitempty,omitzero"`
	ZBool   bool            `json:",omitzero"`
	ZFloat  float64         `json:",omitzero"`
	ZTime   time.Time       `json:",omitzero"`
	ZInts   []int           `json:",omitzero"`
	ZSparse ModernSparse    `json:",omitzero"`
}

// ModernSparse is an empty object when it holds nothing.
type ModernSparse struct {
	S string `json:",omitempty"`
	P *int   `json:",omitempty"`
}

// ModernString has the string option, which is for numbers, however deep.
type ModernString struct {
	Int    int              `json:",string"`
	Int8   int8             `json:",string"`
	Uint16 uint16           `json:",string"`
	Uint64 uint64           `json:",string,omitzero"`
	F32    float32          `json:",string"`
	F64    float64          `json:",string"`
	Ptr    *int64           `json:",string,omitempty"`
	List   []int            `json:",string"`
	Array  [2]uint          `json:",string"`
	Map    map[string]int   `json:",string"`
	Deep   map[int][]*int16 `json:",string"`
	Bool   bool             `json:",string"`
	String string           `json:",string"`
	Texts  []string         `json:",string"`
	Bytes  []byte           `json:",string"`
	Time   time.Time        `json:",string"`
}

// ModernOuter embeds and inlines.
type ModernOuter struct {
	ModernInner
	*ModernPointed
	modernPrivate
	Named  ModernPart   `json:"named"`
	Inline ModernSparse `json:",inline"`
	Shadow string       `json:"shadow"`
}

// ModernInner is embedded.
type ModernInner struct {
	ID     int    `json:"id"`
	Shadow int    `json:"shadow"`
	Both   string `json:"both"`
}

// ModernPointed is embedded as a pointer.
type ModernPointed struct {
	Both string `json:"both"`
	More []int
}

type modernPrivate struct{ Reach string }

// ModernTree contains itself.
type ModernTree struct {
	V    int           `json:"v"`
	Kids []*ModernTree `json:"kids"`
	Any  any           `json:"any,omitzero"`
}

// ModernList, ModernDict and ModernBytes are no structs.
type (
	// ModernList is a list.
	ModernList []ModernPart
	// ModernDict is a map.
	ModernDict map[string][]string
	// ModernBytes is base64.
	ModernBytes [6]byte
)

package plain

// Base is embedded.
type Base struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Both string
}

// Deep is embedded by Extra.
type Deep struct {
	Depth int
	Own   string
}

// Extra is embedded through a pointer.
type Extra struct {
	Deep
	Note string `json:"note,omitempty"`
	Both string
}

type inner struct {
	Inside int
	Both   string `json:"Both2"`
}

type innerPtr struct {
	Reach string
}

// Level2 is not a struct: embedded, it is a field.
type Level2 int

// Embedding has every kind of embedding. Both is ambiguous and vanishes.
//
//codec:json
type Embedding struct {
	Base
	*Extra
	inner
	Level2
	Small `json:"small"`
	Own   string
	ID2   int `json:"ID"`
}

// EmbedPrivate embeds a pointer to an unexported struct, which can be written
// but not made.
//
//codec:json
type EmbedPrivate struct {
	*innerPtr
	A int
}

// Twice embeds one struct by two ways: its fields hide each other.
//
//codec:json
type Twice struct {
	Left
	Right
	Z int
}

// Left and Right both embed Deep.
type (
	// Left is one way.
	Left struct{ Deep }
	// Right is the other.
	Right struct{ Deep }
)

// Tagged has two fields of one depth and name, of which the tagged one wins.
//
//codec:json
type Tagged struct {
	TagA
	TagB
}

// TagA and TagB collide on N.
type (
	// TagA has a tag.
	TagA struct {
		X int `json:"N"`
	}
	// TagB has none.
	TagB struct{ N int }
)

// Wrapper embeds a type with generated methods, and gets its own unasked.
type Wrapper struct {
	Scalars
	Extra string
}

// Service embeds one too but cannot be JSON: it is left alone, with a note.
type Service struct {
	Empty
	Done chan bool
}

// Folding has names that differ in case only, and names beyond ASCII.
//
//codec:json
type Folding struct {
	A   int `json:"name"`
	B   int `json:"NAME"`
	K   int `json:"kelvin"`
	Str int `json:"straße"`
}

// Many has more than 64 fields, beyond the bit set of keys seen.
//
//codec:json
type Many struct {
	F00, F01, F02, F03, F04, F05, F06, F07, F08, F09 int
	F10, F11, F12, F13, F14, F15, F16, F17, F18, F19 int
	F20, F21, F22, F23, F24, F25, F26, F27, F28, F29 int
	F30, F31, F32, F33, F34, F35, F36, F37, F38, F39 int
	F40, F41, F42, F43, F44, F45, F46, F47, F48, F49 int
	F50, F51, F52, F53, F54, F55, F56, F57, F58, F59 int
	F60, F61, F62, F63, F64, F65, F66, F67, F68, F69 int
}

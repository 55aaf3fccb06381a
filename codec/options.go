package codec

import "unsafe"

// DuplicateKeys says what a key met twice in one object means.
type DuplicateKeys uint8

const (
	// AllowDuplicates lets the last one win, as encoding/json does.
	AllowDuplicates DuplicateKeys = iota
	// RejectDuplicates refuses the document, also where the object is skipped
	// or decoded into a map. Two keys that match one field are duplicates.
	RejectDuplicates
)

// UnknownFields says what a key without a field means.
type UnknownFields uint8

const (
	// AllowUnknownFields skips it.
	AllowUnknownFields UnknownFields = iota
	// RejectUnknownFields reports it, as DisallowUnknownFields of encoding/json does.
	RejectUnknownFields
)

// InvalidUTF8 says what invalid UTF-8 inside a string means.
type InvalidUTF8 uint8

const (
	// ReplaceInvalidUTF8 puts U+FFFD in its place, as encoding/json does.
	ReplaceInvalidUTF8 InvalidUTF8 = iota
	// RejectInvalidUTF8 refuses the document. Half a surrogate pair counts.
	RejectInvalidUTF8
)

// DefaultMaxDepth is the nesting encoding/json admits.
const DefaultMaxDepth = 10000

// Options are the policies of decoding. The zero value means what encoding/json
// means. Options are safe for concurrent use, being a plain value. Where a
// value is handed to a json.Unmarshaler written by someone else, the policies
// have been applied to its syntax, but not to what it makes of it.
type Options struct {
	// DuplicateKeys is the policy for repeated keys. Zero means AllowDuplicates.
	DuplicateKeys DuplicateKeys
	// UnknownFields is the policy for keys without a field. Zero means AllowUnknownFields.
	UnknownFields UnknownFields
	// InvalidUTF8 is the policy for malformed text. Zero means ReplaceInvalidUTF8.
	InvalidUTF8 InvalidUTF8
	// CaseSensitive admits only exact field names. Zero means that a name which
	// differs in case matches when no field matches exactly.
	CaseSensitive bool
	// NoCopy makes strings parts of the input where it holds them without escapes:
	// nothing may change data as long as one of them lives, and each keeps all of it
	// in memory. With DecodeString the first is always true. A Reader and a Stream,
	// which reuse their input, copy all the same. Zero means that strings are copied.
	NoCopy bool
	// MaxDepth is how deep arrays and objects may nest. Zero means DefaultMaxDepth.
	MaxDepth int
}

// Decode decodes one JSON value with nothing but white space around it into v.
// Unlike encoding/json, which reads the input twice, a syntax error may leave
// v partly filled. Strings are copied, unless NoCopy is set: data may be reused
// at once.
func (o Options) Decode(data []byte, v Decodable) error {
	d := getDecoder(data, o)
	defer d.release()
	v.DecodeJSON(d)
	return d.finish()
}

// DecodeString is Decode for a string, without copying it first.
func (o Options) DecodeString(s string, v Decodable) error {
	// Rule: the bytes are only read; what NoCopy keeps of them cannot change.
	return o.Decode(unsafe.Slice(unsafe.StringData(s), len(s)), v)
}

// Decode is Options{}.Decode.
func Decode(data []byte, v Decodable) error {
	return Options{}.Decode(data, v)
}

// DecodeString is Options{}.DecodeString.
func DecodeString(s string, v Decodable) error {
	return Options{}.DecodeString(s, v)
}

// copying is o for an input that is reused.
func (o Options) copying() Options {
	o.NoCopy = false
	return o
}

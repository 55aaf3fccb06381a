package codec

import (
	"fmt"
	"unsafe"

	"github.com/hotpath-go/hotpath/codec/wire"
)

// Decodable is implemented by values that read themselves. It is not safe for
// concurrent use, being a write to its receiver.
//
//	DecodeJSON(d *Decoder)
//
// consumes exactly one JSON value. It returns nothing, because the Decoder keeps the first error
// and then reads as if the input had ended: no step of a generated decoder needs a
// test. Methods written by hand report with d.Fail.
type Decodable = wire.Decodable

// Decoder is a cursor over one JSON document. It is not safe for concurrent use:
// one goroutine at a time, and only until the DecodeJSON it was given to returns.
// Its methods, one for each kind of value, are documented in package wire.
type Decoder = wire.Decoder

// DuplicateKeys says what a key met twice in one object means. It is a plain value,
// copy freely.
type DuplicateKeys uint8

const (
	// AllowDuplicates lets the last one win, as encoding/json does.
	AllowDuplicates DuplicateKeys = iota
	// RejectDuplicates refuses the document, also where the object is skipped
	// or decoded into a map. Two keys that match one field are duplicates.
	RejectDuplicates
)

// UnknownFields says what a key without a field means. It is a plain value, copy
// freely.
type UnknownFields uint8

const (
	// AllowUnknownFields skips it.
	AllowUnknownFields UnknownFields = iota
	// RejectUnknownFields reports it, as DisallowUnknownFields of encoding/json does.
	RejectUnknownFields
)

// InvalidUTF8 says what invalid UTF-8 inside a string means. It is a plain value,
// copy freely.
type InvalidUTF8 uint8

const (
	// ReplaceInvalidUTF8 puts U+FFFD in its place, as encoding/json does.
	ReplaceInvalidUTF8 InvalidUTF8 = iota
	// RejectInvalidUTF8 refuses the document. Half a surrogate pair counts.
	RejectInvalidUTF8
)

// DefaultMaxDepth is the nesting encoding/json admits: 10,000.
const DefaultMaxDepth = wire.DefaultMaxDepth

// maxMaxDepth leaves 10 KB of stack to each level, on 32-bit systems 2.5.
const maxMaxDepth = 100000

// Options are the policies of decoding. The zero value means what encoding/json
// means. Options are a plain value, copy freely. Where a value is handed to a
// json.Unmarshaler written by someone else, the policies have been applied to its
// syntax, but not to what it makes of it; nor is CaseSensitive applied to a struct without
// generated methods that takes the place of a type parameter or lies in an interface. A value out of range is an error of what
// uses the Options, which names the field.
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
	// MaxDepth is how deep arrays and objects may nest. Zero means DefaultMaxDepth; a negative
	// value, or one above 100,000, is refused: each level takes stack, and a goroutine that
	// runs out of it ends the program.
	MaxDepth int
}

// Decode decodes one JSON value with nothing but white space around it into v.
// Unlike encoding/json, which reads the input twice, a syntax error may leave
// v partly filled. Strings are copied, unless NoCopy is set: data may be reused
// at once.
func (o Options) Decode(data []byte, v Decodable) error {
	p, err := o.policy()
	if err != nil {
		return err
	}
	return p.Decode(data, v)
}

// DecodeString is Decode for a string, without copying it first.
func (o Options) DecodeString(s string, v Decodable) error {
	return o.Decode(bytesOf(s), v)
}

// Decode is Options{}.Decode.
func Decode(data []byte, v Decodable) error { return wire.Decode(data, v) }

// DecodeString is Options{}.DecodeString.
func DecodeString(s string, v Decodable) error { return wire.Decode(bytesOf(s), v) }

func bytesOf(s string) []byte {
	// Rule: a Decoder only reads the bytes; what NoCopy keeps of them cannot change.
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

// policy is o as a Decoder takes it, or what is wrong with o.
func (o Options) policy() (wire.Policy, error) {
	var err error
	switch {
	case o.DuplicateKeys > RejectDuplicates:
		err = fmt.Errorf("codec: Options.DuplicateKeys is %d: use AllowDuplicates or RejectDuplicates", o.DuplicateKeys)
	case o.UnknownFields > RejectUnknownFields:
		err = fmt.Errorf("codec: Options.UnknownFields is %d: use AllowUnknownFields or RejectUnknownFields", o.UnknownFields)
	case o.InvalidUTF8 > RejectInvalidUTF8:
		err = fmt.Errorf("codec: Options.InvalidUTF8 is %d: use ReplaceInvalidUTF8 or RejectInvalidUTF8", o.InvalidUTF8)
	case o.MaxDepth < 0 || o.MaxDepth > maxMaxDepth:
		err = fmt.Errorf("codec: Options.MaxDepth is %d: use 0 for %d levels, or a positive number up to %d", o.MaxDepth, DefaultMaxDepth, maxMaxDepth)
	}
	return wire.Policy{
		RejectDuplicates:  o.DuplicateKeys == RejectDuplicates,
		RejectUnknown:     o.UnknownFields == RejectUnknownFields,
		RejectInvalidUTF8: o.InvalidUTF8 == RejectInvalidUTF8,
		CaseSensitive:     o.CaseSensitive,
		NoCopy:            o.NoCopy,
		MaxDepth:          o.MaxDepth,
	}, err
}

// copying is policy for an input that is reused.
func (o Options) copying() (wire.Policy, error) {
	o.NoCopy = false
	return o.policy()
}

package wire

// DefaultMaxDepth is the nesting encoding/json admits.
const DefaultMaxDepth = 10000

// Decodable is implemented by values that read themselves from a Decoder. It is not
// safe for concurrent use: DecodeJSON writes to its receiver. It consumes exactly one
// JSON value. It returns nothing, because the Decoder keeps the first error and then
// reads as if the input had ended: no step of a generated decoder needs a test. Own
// implementations report with Fail.
type Decodable interface {
	DecodeJSON(d *Decoder)
}

// Policy is codec.Options as a Decoder reads it. It is a plain value, copy freely.
// Its zero is encoding/json's behaviour.
type Policy struct {
	// RejectDuplicates refuses a document with a repeated key. Zero means that the last one wins.
	RejectDuplicates bool
	// RejectUnknown reports keys without a field. Zero means that they are skipped.
	RejectUnknown bool
	// RejectInvalidUTF8 refuses it. Zero means that U+FFFD takes its place.
	RejectInvalidUTF8 bool
	// CaseSensitive admits only exact field names. Zero means that case may differ.
	CaseSensitive bool
	// NoCopy makes strings parts of the input. Zero means that they are copied.
	NoCopy bool
	// MaxDepth is how deep arrays and objects may nest. Zero means DefaultMaxDepth; it
	// must not be negative.
	MaxDepth int
}

// Decode decodes one JSON value with nothing but white space around it into v. A
// syntax error may leave v partly filled.
func (p Policy) Decode(data []byte, v Decodable) error {
	d := getDecoder(data, p)
	defer d.release()
	v.DecodeJSON(d)
	return d.finish()
}

// Decode is Policy{}.Decode.
func Decode(data []byte, v Decodable) error { return Policy{}.Decode(data, v) }

package codec

import (
	"errors"

	"github.com/hotpath-go/hotpath/codec/wire"
)

var (
	// ErrSyntax is what every *SyntaxError matches with errors.Is.
	ErrSyntax = wire.ErrSyntax
	// ErrTruncated is matched by a *SyntaxError where the input ended too early.
	ErrTruncated = wire.ErrTruncated
	// ErrDepth reports nesting beyond the limit, while decoding or encoding.
	ErrDepth = wire.ErrDepth
	// ErrInvalidUTF8 reports invalid UTF-8, or half a surrogate pair, under RejectInvalidUTF8.
	ErrInvalidUTF8 = wire.ErrInvalidUTF8
	// ErrDuplicateKey reports a key met twice in one object under RejectDuplicates.
	ErrDuplicateKey = wire.ErrDuplicateKey
	// ErrUnknownField reports a key without a field under RejectUnknownFields.
	ErrUnknownField = wire.ErrUnknownField
	// ErrUnsupportedValue reports a value JSON cannot say, such as NaN.
	ErrUnsupportedValue = wire.ErrUnsupportedValue
	// ErrTooLarge reports a request body, or a value of a Stream, above its limit.
	ErrTooLarge = errors.New("codec: too large")
	// ErrContentType reports a request body that does not say it is plain JSON.
	ErrContentType = errors.New("codec: content type is not JSON")
)

// SyntaxError says where input stopped being JSON, or stopped being JSON that
// the policies admit. It is not changed once it is made, and thus safe for concurrent
// use. It matches ErrSyntax and, where one is the reason, ErrTruncated, ErrDepth or
// ErrInvalidUTF8. Its fields:
//
//	Offset int64 // the index of the offending byte
//	Reason error // the sentinel behind the error, or nil
type SyntaxError = wire.SyntaxError

// TypeError is a JSON value of the wrong kind, or a number out of range, for
// its Go target. It is not changed once it is made, and thus safe for concurrent use.
// As in encoding/json decoding goes on after it; the first one is returned. Its fields:
//
//	Offset int64  // where the value begins
//	Path   string // leads to the value, as in $.items[3].price
//	Value  string // what was there: "string", "object", "number 1.5"
//	Want   string // the target: "int8", "string", "array"
type TypeError = wire.TypeError

// ValueError is a value of the right kind that its target refused: a time that
// is none, bad base64, or whatever a user's Unmarshaler returned. It is not changed
// once it is made, and thus as safe for concurrent use as its Err. Its fields:
//
//	Offset int64  // where the value begins
//	Path   string // leads to the value
//	Err    error  // the target's own error
type ValueError = wire.ValueError

// FieldError is a key that a policy refused. It is not changed once it is made, and
// thus safe for concurrent use. It matches ErrDuplicateKey or ErrUnknownField. Its fields:
//
//	Offset int64  // where the key ends
//	Path   string // leads to the field, key included
//	Err    error  // ErrDuplicateKey or ErrUnknownField
type FieldError = wire.FieldError

package wire

import (
	"errors"
	"fmt"
	"strconv"
)

var (
	// ErrSyntax is what every *SyntaxError matches with errors.Is.
	ErrSyntax = errors.New("codec: malformed JSON")
	// ErrTruncated is matched by a *SyntaxError where the input ended too early.
	ErrTruncated = errors.New("codec: unexpected end of JSON")
	// ErrDepth reports nesting beyond the limit, while decoding or encoding.
	ErrDepth = errors.New("codec: nested too deeply")
	// ErrInvalidUTF8 reports invalid UTF-8, or half a surrogate pair, where it is refused.
	ErrInvalidUTF8 = errors.New("codec: invalid UTF-8")
	// ErrDuplicateKey reports a key met twice in one object, where that is refused.
	ErrDuplicateKey = errors.New("codec: duplicate key")
	// ErrUnknownField reports a key without a field, where that is refused.
	ErrUnknownField = errors.New("codec: unknown field")
	// ErrUnsupportedValue reports a value JSON cannot say, such as NaN.
	ErrUnsupportedValue = errors.New("codec: unsupported value")
)

// SyntaxError says where input stopped being JSON, or stopped being JSON that
// the policies admit. It is not changed once it is made, and thus safe for concurrent
// use. It matches ErrSyntax and, where one is the reason, ErrTruncated, ErrDepth or
// ErrInvalidUTF8.
type SyntaxError struct {
	// Offset is the index of the offending byte.
	Offset int64
	// Reason is the sentinel behind the error, or nil.
	Reason error

	msg string
}

// NewSyntaxError returns the error that says msg about the byte at offset; reason is
// a sentinel of this package, or nil.
func NewSyntaxError(offset int64, msg string, reason error) *SyntaxError {
	return &SyntaxError{Offset: offset, Reason: reason, msg: msg}
}

func (e *SyntaxError) Error() string {
	return "codec: " + e.msg + " at offset " + strconv.FormatInt(e.Offset, 10)
}

// Is makes every SyntaxError match ErrSyntax.
func (e *SyntaxError) Is(target error) bool { return target == ErrSyntax }

func (e *SyntaxError) Unwrap() error { return e.Reason }

// TypeError is a JSON value of the wrong kind, or a number out of range, for
// its Go target. It is not changed once it is made, and thus safe for concurrent use.
// As in encoding/json decoding goes on after it; the first one is returned.
type TypeError struct {
	// Offset is where the value begins.
	Offset int64
	// Path leads to the value, as in $.items[3].price.
	Path string
	// Value describes what was there: "string", "object", "number 1.5".
	Value string
	// Want describes the target: "int8", "string", "array".
	Want string
}

func (e *TypeError) Error() string {
	return "codec: " + e.Path + ": cannot decode " + e.Value + " into " + e.Want
}

// ValueError is a value of the right kind that its target refused: a time that
// is none, bad base64, or whatever a user's Unmarshaler returned. It is not changed
// once it is made, and thus as safe for concurrent use as its Err.
type ValueError struct {
	// Offset is where the value begins.
	Offset int64
	// Path leads to the value.
	Path string
	// Err is the target's own error.
	Err error
}

func (e *ValueError) Error() string { return "codec: " + e.Path + ": " + e.Err.Error() }

func (e *ValueError) Unwrap() error { return e.Err }

// FieldError is a key that a policy refused. It is not changed once it is made, and
// thus safe for concurrent use. It matches ErrDuplicateKey or ErrUnknownField.
type FieldError struct {
	// Offset is where the key ends.
	Offset int64
	// Path leads to the field, key included.
	Path string
	// Err is ErrDuplicateKey or ErrUnknownField.
	Err error
}

func (e *FieldError) Error() string { return fmt.Sprintf("%v: %s", e.Err, e.Path) }

func (e *FieldError) Unwrap() error { return e.Err }

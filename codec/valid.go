package codec

import "github.com/hotpath-go/hotpath/codec/wire"

// Valid reports whether data is one JSON value with nothing but white space
// around it.
func Valid(data []byte) bool { return wire.Validate(data) == nil }

// Compact appends the JSON value src to dst without insignificant white space.
// If src is not valid, dst comes back as it was.
func Compact(dst, src []byte) ([]byte, error) { return wire.Compact(dst, src) }

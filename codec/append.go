package codec

import "github.com/hotpath-go/hotpath/codec/wire"

// Appender is implemented by values that know their own JSON. Generated methods only
// read the receiver, so that one value is safe for concurrent use by them.
//
//	AppendJSON(dst []byte) ([]byte, error)
//
// appends one complete JSON value to dst and returns the extended slice; a nil
// pointer receiver appends null. Methods written by hand find what appends strings,
// numbers and times in package wire.
type Appender = wire.Appender

// Append appends v's JSON to dst. Bytes behind the result stay what they are, if
// v's own methods keep to that. If v cannot be encoded, dst comes back with its
// old length, so that half a value never leaves the caller's buffer.
func Append(dst []byte, v Appender) ([]byte, error) {
	n := len(dst)
	dst, err := v.AppendJSON(dst)
	if err != nil {
		return dst[:min(n, len(dst))], err
	}
	return dst, nil
}

// Marshal returns v's JSON in a slice that is owned by the caller and ends with
// its capacity.
func Marshal(v Appender) ([]byte, error) { return wire.Marshal(v) }

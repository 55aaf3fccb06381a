//go:build goexperiment.jsonv2

// encoding/json/v2 exists in builds with GOEXPERIMENT=jsonv2 only.

package wire

import (
	"encoding/json/jsontext"

	"github.com/hotpath-go/hotpath/codec/internal/buffer"
)

// MarshalTo writes v to an encoder of encoding/json/v2, which checks it and
// formats it as it was told to.
func MarshalTo(enc *jsontext.Encoder, v Appender) error {
	b := buffer.Get()
	defer b.Release()
	out, err := v.AppendJSON(b.Bytes)
	if err != nil {
		return err
	}
	b.Grown(out)
	return enc.WriteValue(out)
}

// UnmarshalFrom decodes the next value of a decoder of encoding/json/v2, whose
// policies have been applied to its syntax by then.
func UnmarshalFrom(dec *jsontext.Decoder, v Decodable) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	return Decode(raw, v)
}

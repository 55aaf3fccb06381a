package easyjson

import (
	"slices"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/mailru/easyjson"
	"github.com/mailru/easyjson/jlexer"
	"github.com/mailru/easyjson/jwriter"
)

// Encoder is a value of easyjson as a codec.Appender. It is as safe for
// concurrent use as the value.
type Encoder struct {
	v easyjson.Marshaler
}

// Of makes v usable where codec wants a value to encode.
func Of(v easyjson.Marshaler) Encoder { return Encoder{v} }

// AppendJSON implements codec.Appender.
func (e Encoder) AppendJSON(dst []byte) ([]byte, error) {
	if e.v == nil {
		return append(dst, "null"...), nil
	}
	var w jwriter.Writer
	e.v.MarshalEasyJSON(&w)
	n := w.Size()
	dst = slices.Grow(dst, n)
	// BuildBytes copies into the slice it is given, which is then already in
	// place, unless all is in one chunk.
	out, err := w.BuildBytes(dst[len(dst):])
	if err != nil {
		return dst, err
	}
	return append(dst, out...), nil
}

// Decoder is a target of easyjson as a codec.Decodable. It must be used by one
// goroutine.
type Decoder struct {
	v easyjson.Unmarshaler
}

// Into makes v usable where codec wants a value to decode into.
func Into(v easyjson.Unmarshaler) Decoder { return Decoder{v} }

// DecodeJSON implements codec.Decodable. codec has checked the syntax before
// easyjson, which accepts more than JSON, sees a copy of the text.
func (t Decoder) DecodeJSON(d *codec.Decoder) {
	d.Unmarshaler(t)
}

// UnmarshalJSON implements json.Unmarshaler.
func (t Decoder) UnmarshalJSON(data []byte) error {
	// easyjson's nocopy strings are views of its input, which codec lends only.
	l := jlexer.Lexer{Data: slices.Clone(data)}
	t.v.UnmarshalEasyJSON(&l)
	return l.Error()
}

// Write is the body of MarshalEasyJSON for a type of codec.
func Write(w *jwriter.Writer, v codec.Appender) {
	w.Raw(codec.Marshal(v))
}

// Read is the body of UnmarshalEasyJSON for a type of codec.
func Read(l *jlexer.Lexer, v codec.Decodable) {
	raw := l.Raw()
	if l.Ok() {
		l.AddError(codec.Decode(raw, v))
	}
}

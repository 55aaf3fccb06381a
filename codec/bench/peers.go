package main

import (
	"bytes"
	"encoding/json"

	"github.com/bytedance/sonic"
	"github.com/bytedance/sonic/encoder"
	gojson "github.com/goccy/go-json"
	"github.com/hotpath-go/hotpath/codec"
	jsoniter "github.com/json-iterator/go"
	"github.com/mailru/easyjson"
	"github.com/mailru/easyjson/jwriter"
	segmentio "github.com/segmentio/encoding/json"
)

// peer is a library, with its ways to do what is compared.
type peer struct {
	name  string
	types int // which package's types it works on
	// valid says that it replaces or refuses invalid UTF-8 both ways, as
	// encoding/json does. Libraries that do not are shown, and not ranked.
	valid     bool
	marshal   func(v any) ([]byte, error)
	appendTo  func(buf []byte, v any) ([]byte, error)
	unmarshal func(data []byte, v any) error
}

// The packages whose types have no methods, codec's and easyjson's.
const (
	plainTypes = iota
	ourTypes
	easyTypes
)

// buffered is a way to encode into a buffer for libraries that have io.Writer only.
func buffered(encode func(b *bytes.Buffer, v any) error) func([]byte, any) ([]byte, error) {
	return func(buf []byte, v any) ([]byte, error) {
		b := bytes.NewBuffer(buf)
		err := encode(b, v)
		return b.Bytes(), err
	}
}

var peers = []peer{
	{"codec", ourTypes, true,
		func(v any) ([]byte, error) { return codec.Marshal(v.(codec.Appender)) },
		func(buf []byte, v any) ([]byte, error) { return codec.Append(buf, v.(codec.Appender)) },
		func(data []byte, v any) error { return codec.Decode(data, v.(codec.Decodable)) }},
	{"encoding/json", plainTypes, true, json.Marshal,
		buffered(func(b *bytes.Buffer, v any) error { return json.NewEncoder(b).Encode(v) }), json.Unmarshal},
	{"easyjson", easyTypes, false,
		func(v any) ([]byte, error) { return easyjson.Marshal(v.(easyjson.Marshaler)) },
		func(buf []byte, v any) ([]byte, error) {
			var w jwriter.Writer
			v.(easyjson.Marshaler).MarshalEasyJSON(&w)
			return w.BuildBytes(buf)
		},
		func(data []byte, v any) error { return easyjson.Unmarshal(data, v.(easyjson.Unmarshaler)) }},
	{"sonic default", plainTypes, false, sonic.ConfigDefault.Marshal,
		func(buf []byte, v any) ([]byte, error) { err := encoder.EncodeInto(&buf, v, 0); return buf, err },
		sonic.ConfigDefault.Unmarshal},
	{"sonic std", plainTypes, true, sonic.ConfigStd.Marshal,
		func(buf []byte, v any) ([]byte, error) {
			err := encoder.EncodeInto(&buf, v, encoder.SortMapKeys|encoder.EscapeHTML|encoder.CompactMarshaler|encoder.ValidateString)
			return buf, err
		},
		sonic.ConfigStd.Unmarshal},
	{"goccy", plainTypes, true, gojson.Marshal,
		buffered(func(b *bytes.Buffer, v any) error { return gojson.NewEncoder(b).Encode(v) }), gojson.Unmarshal},
	{"segmentio", plainTypes, true, segmentio.Marshal,
		func(buf []byte, v any) ([]byte, error) {
			return segmentio.Append(buf, v, segmentio.EscapeHTML|segmentio.SortMapKeys)
		},
		segmentio.Unmarshal},
	{"jsoniter", plainTypes, false, jsoniter.ConfigCompatibleWithStandardLibrary.Marshal,
		buffered(func(b *bytes.Buffer, v any) error {
			return jsoniter.ConfigCompatibleWithStandardLibrary.NewEncoder(b).Encode(v)
		}), jsoniter.ConfigCompatibleWithStandardLibrary.Unmarshal},
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/mailru/easyjson"
	"github.com/mailru/easyjson/jwriter"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/bench/doc"
	"github.com/hotpath-go/hotpath/codec/bench/easy"
	"github.com/hotpath-go/hotpath/codec/bench/ours"
	"github.com/hotpath-go/hotpath/codec/bench/plain"
)

// ways to make the body of an answer. static has it made already.
var ways = []string{"codec", "json.Marshal", "easyjson", "static"}

// The pages of the libraries whose methods are generated.
type (
	ourPage  []ours.Medium
	easyPage []easy.Medium
)

// AppendJSON appends a list of orders.
func (p ourPage) AppendJSON(dst []byte) (_ []byte, err error) {
	dst = append(dst, '[')
	for i := range p {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = p[i].AppendJSON(dst); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

// MarshalEasyJSON is AppendJSON for easyjson.
func (p easyPage) MarshalEasyJSON(w *jwriter.Writer) {
	w.RawByte('[')
	for i := range p {
		if i > 0 {
			w.RawByte(',')
		}
		p[i].MarshalEasyJSON(w)
	}
	w.RawByte(']')
}

// fill makes n values of one order.
func fill[T any](n int, decode func([]byte, *T) error) ([]T, error) {
	text, err := doc.Load("medium")
	list := make([]T, n)
	for i := range list {
		if err == nil {
			err = decode(text, &list[i])
		}
	}
	return list, err
}

func handler(way, number string) (http.HandlerFunc, error) {
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil, err
	}
	switch way {
	case "codec":
		page, err := fill(n, func(b []byte, v *ours.Medium) error { return codec.Decode(b, v) })
		return func(w http.ResponseWriter, _ *http.Request) { _ = codec.Write(w, http.StatusOK, ourPage(page)) }, err
	case "easyjson":
		page, err := fill(n, func(b []byte, v *easy.Medium) error { return easyjson.Unmarshal(b, v) })
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _, _ = easyjson.MarshalToHTTPResponseWriter(easyPage(page), w)
		}, err
	}
	page, err := fill(n, func(b []byte, v *plain.Medium) error { return json.Unmarshal(b, v) })
	if err != nil {
		return nil, err
	}
	static, err := json.Marshal(page)
	switch way {
	case "json.Marshal":
		return func(w http.ResponseWriter, _ *http.Request) {
			body, err := json.Marshal(page)
			if err == nil {
				write(w, body)
			}
		}, err
	case "static":
		return func(w http.ResponseWriter, _ *http.Request) { write(w, static) }, err
	}
	return nil, fmt.Errorf("no way %q", way)
}

func write(w http.ResponseWriter, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body)
}

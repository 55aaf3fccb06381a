package main

import (
	stdjson "encoding/json"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/gin-gonic/gin/codec/json"

	"github.com/hotpath-go/hotpath/codec"
)

func ginEngine(s *store) http.Handler {
	json.API = ginJSON{}
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	// By c.Render: one Write with its length, nothing sent if encoding fails.
	g.GET("/events", func(c *gin.Context) { c.Render(http.StatusOK, ginRender{s.page()}) })
	// By gin's hook: handlers stay what they are.
	g.POST("/events", func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bodyLimit)
		var e Event
		if err := c.ShouldBindJSON(&e); err != nil {
			codec.WriteProblem(c.Writer, codec.ProblemFor(err))
			return
		}
		s.add(e)
		c.JSON(http.StatusCreated, &e)
	})
	return g
}

// ginRender is a gin render.Render.
type ginRender struct{ v codec.Appender }

func (r ginRender) Render(w http.ResponseWriter) error {
	status := http.StatusOK
	if g, ok := w.(gin.ResponseWriter); ok {
		status = g.Status() // c.Render has set it
	}
	err := codec.Write(w, status, r.v)
	if g, ok := w.(gin.ResponseWriter); ok && err != nil && !g.Written() {
		w.WriteHeader(http.StatusInternalServerError)
	}
	return err
}

func (r ginRender) WriteContentType(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
}

// ginJSON serves gin's json.API: generated types by codec, all others by
// encoding/json. Generated methods are on the pointer: give c.JSON a pointer.
type ginJSON struct{}

func (ginJSON) Marshal(v any) ([]byte, error) {
	if a, ok := v.(codec.Appender); ok {
		return codec.Marshal(a)
	}
	return stdjson.Marshal(v)
}

func (ginJSON) Unmarshal(data []byte, v any) error {
	if d, ok := v.(codec.Decodable); ok {
		return codec.Decode(data, d)
	}
	return stdjson.Unmarshal(data, v)
}

func (ginJSON) MarshalIndent(v any, prefix, indent string) ([]byte, error) {
	return stdjson.MarshalIndent(v, prefix, indent)
}

func (ginJSON) NewEncoder(w io.Writer) json.Encoder { return stdjson.NewEncoder(w) }

func (ginJSON) NewDecoder(r io.Reader) json.Decoder {
	return &ginDecoder{Decoder: stdjson.NewDecoder(r), stream: codec.Stream{R: r}}
}

// ginDecoder decides by the first target which of its two readers of one body it is.
type ginDecoder struct {
	*stdjson.Decoder
	stream codec.Stream
}

func (d *ginDecoder) DisallowUnknownFields() {
	d.Decoder.DisallowUnknownFields()
	d.stream.Options.UnknownFields = codec.RejectUnknownFields
}

func (d *ginDecoder) Decode(v any) error {
	if to, ok := v.(codec.Decodable); ok {
		return d.stream.Next(to)
	}
	return d.Decoder.Decode(v)
}

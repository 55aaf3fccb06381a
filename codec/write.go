package codec

import (
	"net/http"
	"strconv"

	"github.com/hotpath-go/hotpath/codec/internal/buffer"
)

// Write answers with v as JSON: encoded whole first, so that nothing has been
// sent if that fails, and then sent with its Content-Length in one Write. A
// Content-Type set before is kept. The error is that of encoding or of the
// Write; only after the former may the caller still answer.
func Write(w http.ResponseWriter, status int, v Appender) error {
	return write(w, status, v, "application/json")
}

func write(w http.ResponseWriter, status int, v Appender, contentType string) error {
	b := buffer.Get()
	defer b.Release()
	out, err := v.AppendJSON(b.Bytes)
	if err != nil {
		return err
	}
	b.Grown(out)
	h := w.Header()
	// One array for both, each with its own part of it, as in net/textproto.
	values := [...]string{contentType, strconv.Itoa(len(out))}
	if len(h["Content-Type"]) == 0 {
		h["Content-Type"] = values[0:1:1]
	}
	h["Content-Length"] = values[1:2:2]
	w.WriteHeader(status)
	_, err = w.Write(out)
	return err
}

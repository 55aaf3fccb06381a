package codec

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/hotpath-go/hotpath/codec/internal/buffer"
	"github.com/hotpath-go/hotpath/codec/wire"
)

// DefaultLimit is the largest body a Reader takes unless told otherwise.
const DefaultLimit = 1 << 20

// Reader reads JSON request bodies. A Reader is safe for concurrent use; its fields
// must not change while it is used. The zero value is usable.
type Reader struct {
	// Limit is the largest body in bytes. Zero means DefaultLimit; a negative value is
	// refused.
	Limit int64
	// Options are the policies of decoding. Zero means those of encoding/json.
	Options Options
	// AllowNoContentType admits a body that does not say what it is. Zero means
	// that it is refused: browsers send such bodies across origins without asking.
	AllowNoContentType bool
}

// Read decodes the body of r into v. It refuses with ErrContentType what is not
// application/json (or +json) in UTF-8 without a content coding, and with
// ErrTooLarge what is above the limit: at once if Content-Length says so. The
// rest of a body that is too large is not read, and net/http closes the
// connection. Anything but white space after the value is a *SyntaxError.
// Status maps the error to the status to answer with: also that of a Limit or
// Options out of range, which is not the client's fault.
func (rd *Reader) Read(w http.ResponseWriter, r *http.Request, v Decodable) error {
	limit, policy, err := rd.bounds()
	if err != nil {
		return err
	}
	if err := rd.checkHeader(r, limit); err != nil {
		return err
	}
	b := buffer.Get()
	defer b.Release()
	if err := readBody(w, r, b, limit); err != nil {
		return err
	}
	return policy.Decode(b.Bytes, v)
}

// Read is Reader{Limit: limit}.Read.
func Read(w http.ResponseWriter, r *http.Request, v Decodable, limit int64) error {
	return (&Reader{Limit: limit}).Read(w, r, v)
}

// bounds is what the fields say, or which of them is out of range.
func (rd *Reader) bounds() (limit int64, p wire.Policy, err error) {
	if rd.Limit < 0 {
		return 0, p, fmt.Errorf("codec: Reader.Limit is %d: use 0 for %d bytes, or a positive number", rd.Limit, DefaultLimit)
	}
	p, err = rd.Options.copying()
	return cmp.Or(rd.Limit, DefaultLimit), p, err
}

func (rd *Reader) checkHeader(r *http.Request, limit int64) error {
	if t := first(r.Header["Content-Type"]); !rd.jsonType(t) {
		return fmt.Errorf("%w: Content-Type %.64q", ErrContentType, t)
	}
	if c := first(r.Header["Content-Encoding"]); c != "" && !strings.EqualFold(c, "identity") {
		return fmt.Errorf("%w: Content-Encoding %.64q", ErrContentType, c)
	}
	if r.ContentLength > limit {
		return fmt.Errorf("%w: Content-Length %d, limit %d", ErrTooLarge, r.ContentLength, limit)
	}
	return nil
}

// first is what Header.Get returns, for a name in canonical form, which it would check.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// jsonType reports whether a Content-Type announces JSON.
func (rd *Reader) jsonType(s string) bool {
	switch s {
	case "application/json", "application/json; charset=utf-8":
		return true
	case "":
		return rd.AllowNoContentType
	}
	t, params, err := mime.ParseMediaType(s)
	if err != nil || t != "application/json" && !strings.HasSuffix(t, "+json") {
		return false
	}
	// RFC 8259, section 8.1: UTF-8 and nothing else.
	charset := params["charset"]
	return charset == "" || strings.EqualFold(charset, "utf-8")
}

// readBody reads the body into b. Room follows what has arrived, not what
// Content-Length promises: a thousand idle senders must not reserve a thousand limits.
func readBody(w http.ResponseWriter, r *http.Request, b *buffer.Buffer, limit int64) error {
	if r.Body == nil {
		return nil
	}
	body := http.MaxBytesReader(w, r.Body, limit)
	buf := b.Bytes
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		b.Bytes = buf
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return bodyError(err)
		}
	}
}

func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fmt.Errorf("%w: limit %d", ErrTooLarge, tooLarge.Limit) // may be somebody else's
	}
	return &BodyError{Err: err}
}

// BodyError is a body that could not be read to its end. It is not changed once it is
// made, and thus as safe for concurrent use as its Err.
type BodyError struct {
	// Err is what reading returned.
	Err error
}

func (e *BodyError) Error() string { return "codec: reading the body: " + e.Err.Error() }

func (e *BodyError) Unwrap() error { return e.Err }

package zerocopy

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// respond sends n bytes of b from off as the body of w, in answer to r, which is
// nil if unknown. exact: n bytes are what the header announces. small: the header
// leaves room beside it for them.
func respond(w http.ResponseWriter, r *http.Request, b *Body, off, n int64, exact, small bool) (sent int64, err error) {
	if bw, ok := w.(BodyWriter); ok {
		bw.SendBody(b.Section(off, n), nil)
		return n, nil
	}
	if n == 0 {
		_, err = w.Write(nil)
		return 0, err
	}
	if small || !exact || fits(w.Header(), n) {
		sent, err = b.copyRange(w, off, n)
	} else {
		sent, err = b.sendThrough(w, lookup(r), off, n)
	}
	if err != nil && isFileFailure(err) && (sent > 0 || !exact || committed(w)) {
		abort(w, lookup(r), err)
	}
	return sent, err
}

// sendThrough sends what w announces exactly. c is the conn below w, or nil if
// unknown.
func (b *Body) sendThrough(w http.ResponseWriter, c *core, off, n int64) (int64, error) {
	switch {
	case c == nil && len(b.segs) == 1 && !b.files:
		// The header and the front of b fill net/http's buffer, the rest is the
		// second call: as many as with a flush, in fuller packets.
		return b.copyRange(w, off, n)
	case c == nil:
		return stream(w, b, off, n)
	case !transparent(w):
		return together(c, func() (int64, error) { return stream(w, b, off, n) })
	case n < minToken:
		return together(c, func() (int64, error) { return short(w, b, off, n) })
	}
	return byToken(w, c, promise{b: b, off: off, left: n}, func() (int64, error) { return stream(w, b, off, n) })
}

// together sends the header in the company of what f writes. The hold begins
// and ends here.
func together(c *core, f func() (int64, error)) (n int64, err error) {
	c.announce()
	defer func() {
		if rerr := c.release(); err == nil {
			err = rerr
		}
	}()
	return f()
}

// short sends a body that net/http buffers whole, but not beside its header:
// what it writes when its buffer is full, with the header in front, is kept by
// the conn, and leaves with what is flushed in the end.
func short(w http.ResponseWriter, b *Body, off, n int64) (int64, error) {
	sent, err := b.copyRange(w, off, n)
	if err != nil {
		return sent, err
	}
	return sent, flush(w)
}

type readerFlusher interface {
	io.ReaderFrom
	http.Flusher
	io.Writer
}

// stream sends b through w's ReadFrom. net/http copies the first 512 bytes
// through its buffers, to sniff them, unless the header is out: hence the flush.
// A wrapper that is only a Flusher is not flushed: it may transform, and make up
// its mind at the first Write.
func stream(w http.ResponseWriter, b *Body, off, n int64) (int64, error) {
	rf, ok := w.(readerFlusher)
	switch {
	case miscounts(w):
		return b.copyRange(w, off, n)
	case !ok:
		return b.writeRange(w, off, n)
	}
	if fe, ok := w.(interface{ FlushError() error }); !ok {
		rf.Flush()
	} else if err := fe.FlushError(); err != nil {
		return 0, err
	}
	return b.writeRange(rf, off, n)
}

// describe sets what is not set yet, as net/http or http.ServeContent would,
// and reports whether n bytes are exactly what the header announces. They are not
// when they are to be encoded or chunked on their way, or are a part of more.
//
// The values are b's own, so that a response allocates none: a middleware may
// replace them, as Header.Set does, but not write into them.
func describe(h http.Header, b *Body, n int64) (exact bool) {
	encoded := first(h, "Content-Encoding") != "" // by somebody on the way
	for i := range b.fields {
		preset(h, b.fields[i].key, b.fields[i].values)
	}
	// All is asked before anything is set: an empty map has its answer at once.
	_, typed := h["Content-Type"]
	typed = typed || encoded || n == 0 || first(h, "Content-Encoding") != ""
	counted := encoded || first(h, "Content-Length") != "" || first(h, "Transfer-Encoding") != "" || first(h, "Trailer") != ""
	if !typed {
		h["Content-Type"] = b.ctype()
	}
	if counted {
		return sameLength(first(h, "Content-Length"), n)
	}
	h["Content-Length"] = b.length(n)
	return true
}

// first is Get of a key that has the canonical form, which Get would look for
// each time.
func first(h http.Header, key string) string {
	if v := h[key]; len(v) > 0 {
		return v[0]
	}
	return ""
}

var noLength = []string{"0"}

func (b *Body) length(n int64) []string {
	switch {
	case n == 0:
		return noLength
	case n == b.n:
		return b.clen
	}
	return []string{strconv.FormatInt(n, 10)}
}

func sameLength(s string, n int64) bool {
	have, err := strconv.ParseInt(s, 10, 64)
	return err == nil && have == n
}

// fits reports whether header and body share net/http's buffer of 4 KiB, so
// that both leave in one write when the handler returns. Nothing is gained by
// another way then, and a small file is one read rather than one more packet.
func fits(h http.Header, n int64) bool {
	const statusLineDateConnection = 160
	size := n + statusLineDateConnection
	if size > holdSize {
		return false
	}
	for k, vs := range h {
		for _, v := range vs {
			size += int64(len(k) + len(": \r\n") + len(v))
		}
		if size > holdSize {
			return false
		}
	}
	return true
}

// abort makes sure that the response, which stopped in its middle, cannot end
// as if it were whole: net/http would finish a chunked one in good order.
func abort(w http.ResponseWriter, c *core, err error) {
	if c != nil {
		c.fail(err)
	}
	// The way that reaches every server: HTTP/2 resets the stream, HTTP/1 fails
	// its last flush and closes. A conn of ours knows the deadline by its value,
	// and resets. A wrapper without Unwrap says no; all that is left then is the
	// Content-Length not met.
	http.NewResponseController(w).SetWriteDeadline(aborted)
}

// aborted is a time that nobody else sets.
var aborted = time.Unix(1, 271828182)

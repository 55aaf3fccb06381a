package zerocopy

import (
	"cmp"
	"io"
	"net/http"
	"time"
)

// respond sends b as the body of w. c is the conn below w, or nil if unknown.
func respond(w http.ResponseWriter, c *core, b *Body) (n int64, err error) {
	exact := describe(w.Header(), b)
	switch {
	case b.n == 0:
		_, err = w.Write(nil)
		return 0, err
	case fits(w.Header(), b), !exact, c == nil && len(b.segs) == 1 && !b.files:
		// In the last case the header and the front of b fill net/http's buffer,
		// the rest is the second call: as many as with a flush, in fuller packets.
		n, err = b.copyRange(w, 0, b.n)
	case c == nil:
		n, err = stream(w, b)
	default:
		n, err = together(w, c, b)
	}
	if err != nil && isFileFailure(err) && (n > 0 || !exact) {
		abort(w, c)
	}
	return n, err
}

// together sends the header in the company of b. The hold begins and ends here.
func together(w http.ResponseWriter, c *core, b *Body) (n int64, err error) {
	c.announce()
	defer func() {
		if rerr := c.release(); err == nil {
			err = rerr
		}
	}()
	return stream(w, b)
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
func stream(w http.ResponseWriter, b *Body) (int64, error) {
	rf, ok := w.(readerFlusher)
	if !ok {
		return b.writeRange(w, 0, b.n)
	}
	if fe, ok := w.(interface{ FlushError() error }); !ok {
		rf.Flush()
	} else if err := fe.FlushError(); err != nil {
		return 0, err
	}
	return b.writeRange(rf, 0, b.n)
}

// describe sets what is not set yet, as net/http or http.ServeContent would,
// and reports whether b is exactly what the header announces. It is not when
// the bytes are to be encoded or chunked on their way, or are a part of more.
func describe(h http.Header, b *Body) (exact bool) {
	if h.Get("Content-Encoding") == "" {
		if _, set := h["Content-Type"]; !set && b.n > 0 {
			h.Set("Content-Type", b.ctype())
		}
		if h.Get("Content-Length") == "" && h.Get("Transfer-Encoding") == "" && h.Get("Trailer") == "" {
			h.Set("Content-Length", cmp.Or(b.clen, "0"))
			return true
		}
	}
	return h.Get("Content-Length") == cmp.Or(b.clen, "0")
}

// fits reports whether header and body share net/http's buffer of 4 KiB, so
// that both leave in one write when the handler returns. Nothing is gained by
// another way then, and a small file is one read rather than one more packet.
func fits(h http.Header, b *Body) bool {
	const statusLineDateConnection = 160
	size := b.n + statusLineDateConnection
	for k, vs := range h {
		for _, v := range vs {
			size += int64(len(k) + len(": \r\n") + len(v))
		}
		if size > holdSize {
			return false
		}
	}
	return size <= holdSize
}

// abort makes sure that the response, which stopped in its middle, cannot end
// as if it were whole: net/http would finish a chunked one in good order.
func abort(w http.ResponseWriter, c *core) {
	if c != nil {
		c.broken.Store(true)
	}
	// The way that reaches every server: HTTP/2 resets the stream, HTTP/1 fails
	// its last flush and closes. A wrapper without Unwrap says no; all that is
	// left then is the Content-Length not met.
	http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0))
}

package zerocopy

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strconv"
)

// serve answers with c as http.ServeContent would with the same bytes, time
// and ETag. Header values that are set already stay, as they do there.
func serve(w http.ResponseWriter, r *http.Request, c *content, ctype []string, enc int) {
	h := w.Header()
	alone := len(h) == 0
	encoded := !alone && first(h, "Content-Encoding") != "" // by somebody on the way
	preset(h, "Etag", c.etag)
	if c.hasTime {
		h["Last-Modified"] = c.modified
	}
	if enc != 0 {
		h["Content-Encoding"] = encodings[enc].name
	}
	code, ranges := http.StatusOK, []byteRange(nil)
	if conditional(r.Header) {
		var done bool
		if done, ranges = precondition(w, r, c); done {
			return
		}
	}
	preset(h, "Content-Type", ctype)
	body, off, n := c.body, int64(0), c.body.n
	switch {
	case len(ranges) == 1:
		off, n, code = ranges[0].start, ranges[0].length, http.StatusPartialContent
		h.Set("Content-Range", ranges[0].header(c.body.n))
	case len(ranges) > 1:
		body = multi(h, c.body, ranges)
		n, code = body.n, http.StatusPartialContent
	}
	h["Accept-Ranges"] = acceptRanges
	exact := !encoded || len(ranges) > 0 // as net/http has it
	if exact {
		h["Content-Length"] = body.length(n)
	}
	if code != http.StatusOK {
		w.WriteHeader(code)
	}
	if bw, ok := w.(BodyWriter); ok && r.Method != http.MethodHead && c.hold() {
		bw.SendBody(body.Section(off, n), c.release)
		return
	}
	if r.Method == http.MethodHead {
		w.Write(nil)
		return
	}
	small := alone && n <= holdSize-ownHeader && len(h["Content-Type"][0]) <= ownHeader/2
	if _, err := respond(w, r, body, off, n, exact, small); err != nil && isFileFailure(err) {
		// Also if nothing was sent: the header says what will not come.
		abort(w, lookup(r), err)
	}
}

// ownHeader is more than serve adds to a header by itself.
const ownHeader = 1 << 10

var acceptRanges = []string{"bytes"}

// preset sets a value unless one is there, if only an empty list.
func preset(h http.Header, key string, v []string) {
	if _, set := h[key]; !set {
		h[key] = v
	}
}

// precondition evaluates the header in the order of RFC 9110, section 13.2.2.
// If it is done it has answered.
func precondition(w http.ResponseWriter, r *http.Request, c *content) (done bool, ranges []byteRange) {
	h := w.Header()
	etag := h.Get("Etag")
	switch verdict(r.Header, etag, c) {
	case failed:
		w.WriteHeader(http.StatusPreconditionFailed)
		return true, nil
	case notModified:
		delete(h, "Content-Type")
		delete(h, "Content-Length")
		delete(h, "Content-Encoding")
		if etag != "" {
			delete(h, "Last-Modified")
		}
		w.WriteHeader(http.StatusNotModified)
		return true, nil
	}
	spec := r.Header.Get("Range")
	if spec == "" || !sameVersion(r.Header, etag, c) {
		return false, nil
	}
	size := c.body.n
	ranges, err := parseRanges(spec, size)
	switch {
	case err == errNoOverlap && size == 0:
		// Some clients ask for a range of everything.
		return false, nil
	case err == errNoOverlap:
		h.Set("Content-Range", "bytes */"+strconv.FormatInt(size, 10))
		fallthrough
	case err != nil:
		refuse(w, err.Error(), http.StatusRequestedRangeNotSatisfiable)
		return true, nil
	}
	if len(ranges) > maxRanges || total(ranges) > size {
		// More than the file itself: an attack or a mistake.
		return false, nil
	}
	return false, ranges
}

// maxRanges bounds the segments one request can make us list.
const maxRanges = 200

// multi makes the body of several ranges: the parts' headers are memory, and
// the sections stay where they are.
func multi(h http.Header, b *Body, ranges []byteRange) *Body {
	var text bytes.Buffer
	mw := multipart.NewWriter(&text)
	ctype := ""
	if v := h["Content-Type"]; len(v) > 0 {
		ctype = v[0]
	}
	parts := make([]Part, 0, 2*len(ranges)+1)
	cut := func() {
		parts = append(parts, String(text.String()))
		text.Reset()
	}
	for _, ra := range ranges {
		// A bytes.Buffer does not fail.
		mw.CreatePart(textproto.MIMEHeader{"Content-Range": {ra.header(b.n)}, "Content-Type": {ctype}})
		cut()
		parts = append(parts, b.Section(ra.start, ra.length))
	}
	mw.Close()
	cut()
	h.Set("Content-Type", "multipart/byteranges; boundary="+mw.Boundary())
	return NewBody(parts...)
}

func (ra byteRange) header(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", ra.start, ra.start+ra.length-1, size)
}

// stream serves a file of an fs.FS that is too large for memory.
func (f *Files) stream(w http.ResponseWriter, r *http.Request, key string) {
	name := (&entry{key: key}).name()
	file, fi, err := f.openFile(name)
	if err != nil {
		fail(w, err)
		return
	}
	defer file.Close()
	rs, ok := file.(io.ReadSeeker)
	if !ok {
		refuse(w, "500 Internal Server Error", http.StatusInternalServerError)
		return
	}
	http.ServeContent(w, r, fi.Name(), fi.ModTime(), rs)
}

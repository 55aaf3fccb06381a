package zerocopy

import (
	"net/http"
	"net/textproto"
	"strings"
	"time"
)

// conditional reports whether h has any field that makes a response other than
// the whole file. It is asked on every request, and looks keys up directly:
// net/http has canonical ones.
func conditional(h http.Header) bool {
	return len(h["Range"]) > 0 || len(h["If-None-Match"]) > 0 || len(h["If-Modified-Since"]) > 0 ||
		len(h["If-Match"]) > 0 || len(h["If-Unmodified-Since"]) > 0
}

// What the preconditions of a request come to.
const (
	passed = iota
	failed
	notModified
)

func verdict(h http.Header, etag string, c *content) int {
	if im := h.Get("If-Match"); im != "" {
		if !matches(im, etag, strongly) {
			return failed
		}
	} else if t, ok := c.since(h.Get("If-Unmodified-Since")); ok && c.mtime > t {
		return failed
	}
	if inm := h.Get("If-None-Match"); inm != "" {
		if matches(inm, etag, weakly) {
			return notModified
		}
	} else if t, ok := c.since(h.Get("If-Modified-Since")); ok && c.mtime <= t {
		return notModified
	}
	return passed
}

// since parses a date to compare the file's time with, if it has one.
func (c *content) since(v string) (sec int64, ok bool) {
	if v == "" || !c.hasTime {
		return 0, false
	}
	t, err := http.ParseTime(v)
	return t.Unix(), err == nil
}

// sameVersion is If-Range: a client that has a part of another version gets
// the whole. A weak ETag never promises equal bytes.
func sameVersion(h http.Header, etag string, c *content) bool {
	v := h.Get("If-Range")
	if v == "" {
		return true
	}
	if tag, _ := scanTag(v); tag != "" {
		return strongly(tag, etag)
	}
	t, err := http.ParseTime(v)
	// net/http compares with the Unix epoch here although it sends no such date.
	return err == nil && c.mtime != noTime && t.Unix() == c.mtime
}

// noTime is the mtime of a file without one.
var noTime = time.Time{}.Unix()

// matches looks for etag in the list of a header field.
func matches(list, etag string, same func(a, b string) bool) bool {
	for {
		list = strings.TrimLeft(textproto.TrimString(list), ",")
		list = textproto.TrimString(list)
		switch {
		case list == "":
			return false
		case list[0] == ',':
			continue
		case list[0] == '*':
			return true
		}
		tag, rest := scanTag(list)
		if tag == "" {
			return false
		}
		if same(tag, etag) {
			return true
		}
		list = rest
	}
}

func strongly(a, b string) bool { return a == b && a != "" && a[0] == '"' }

func weakly(a, b string) bool { return strings.TrimPrefix(a, "W/") == strings.TrimPrefix(b, "W/") }

// scanTag cuts an entity tag from the front of s; tag is empty if there is
// none. See RFC 9110, section 8.8.3.
func scanTag(s string) (tag, rest string) {
	s = textproto.TrimString(s)
	opaque := strings.TrimPrefix(s, "W/")
	if len(opaque) < 2 || opaque[0] != '"' {
		return "", ""
	}
	start := len(s) - len(opaque) + 1
	for i := start; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return s[:i+1], s[i+1:]
		case c <= ' ' || c == 0x7f:
			return "", ""
		}
	}
	return "", ""
}

package router

import (
	"net/http"
	"net/url"
	"strings"
)

// ambiguous reports whether the unescaped path has other segments than the escaped one, or has some that a file system or
// another server may read as a way up. CONNECT's path is not cleaned, so that it may even have empty segments.
func ambiguous(r *http.Request) bool {
	u := r.URL
	if r.Method == http.MethodConnect && strings.Contains(u.Path, "//") {
		return true
	}
	if strings.ContainsAny(u.Path, "\\\x00") || strings.Count(u.Path, "/") != strings.Count(u.EscapedPath(), "/") {
		return true
	}
	for s := range strings.SplitSeq(u.Path, "/") {
		if upward(s) {
			return true
		}
	}
	return doubled(u.Path)
}

// upward: Java servers take "..;x" for "..", and Windows ".. " and "...".
func upward(segment string) bool {
	name, _, _ := strings.Cut(segment, ";")
	return strings.HasPrefix(name, ".") && strings.Trim(name, ". ") == ""
}

// doubled: what is left of an escape after unescaping may be unescaped again further on.
func doubled(path string) bool {
	for {
		i := strings.IndexByte(path, '%')
		if i < 0 {
			return false
		}
		path = path[i+1:]
		if _, err := url.PathUnescape("%" + path[:min(2, len(path))]); err == nil {
			return true
		}
	}
}

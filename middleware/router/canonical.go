package router

import (
	"strings"

	"github.com/hotpath-go/hotpath/middleware/internal/pattern"
)

// canonical writes an escaped path so that two paths with the same unescaped segments are the same text: segments stand
// between slashes, with a slash in them as %2F and a percent sign as %25. A last segment that is nothing but an encoded slash
// becomes a trailing slash, because http.ServeMux takes it for one. path is empty or starts with a slash.
func canonical(path string) string {
	if strings.IndexByte(path, '%') < 0 {
		return path
	}
	b := make([]byte, 0, len(path)+8)
	for i := 0; i < len(path); {
		b = append(b, '/')
		start := i + 1
		if i = start + strings.IndexByte(path[start:], '/'); i < start {
			i = len(path)
		}
		b = appendSegment(b, pattern.Unescape(path[start:i]), i == len(path))
	}
	return string(b)
}

func appendSegment(b []byte, text string, last bool) []byte {
	if last && text == pattern.End {
		return b
	}
	for i := range len(text) {
		switch c := text[i]; c {
		case '/':
			b = append(b, encodedSlash...)
		case '%':
			b = append(b, "%25"...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// encodedSlash is the canonical form of a segment that is nothing but a slash and not the last one.
const encodedSlash = "%2F"

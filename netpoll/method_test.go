package netpoll

import (
	"bytes"
	"strings"
	"testing"
)

func TestMethod(t *testing.T) {
	for in, want := range map[string][2]bool{ // post, http2
		"POST / HTTP/1.1\r\n":      {true, false},
		"\r\nPOST / HTTP/1.1\r\n":  {true, false},
		"POSTS / HTTP/1.1\r\n":     {},
		"post / HTTP/1.1\r\n":      {},
		"GET / HTTP/1.1\r\n":       {},
		"PRI * HTTP/2.0\r\n\r\nSM": {false, true},
		"POST":                     {},
		"":                         {},
	} {
		var m method
		m.begin()
		m.feed([]byte(in))
		if m.post() != want[0] || m.http2() != want[1] {
			t.Errorf("%q: post %v, http2 %v", in, m.post(), m.http2())
		}
	}
}

// Where the bytes are cut makes no difference, and bytes that went by unseen leave it unknown.
func FuzzMethod(f *testing.F) {
	f.Add([]byte("POST / HTTP/1.1\r\n"), 3)
	f.Add([]byte("\r\n\r\nPOST "), 1)
	f.Add([]byte("PRI * "), 0)
	f.Fuzz(func(t *testing.T, in []byte, step int) {
		var whole, parts, unseen method
		whole.begin()
		whole.feed(in)
		parts.begin()
		step = 1 + step&7
		for rest := in; len(rest) > 0; {
			n := min(step, len(rest))
			parts.feed(rest[:n])
			rest = rest[n:]
		}
		unseen.feed(in)
		if whole != parts {
			t.Errorf("%q by %d: %+v, at once %+v", in, step, parts, whole)
		}
		if unseen.known {
			t.Error("knows what it was not told")
		}
		trimmed := bytes.TrimLeft(in, "\r\n")
		if whole.post() != strings.HasPrefix(string(trimmed), "POST ") && !bytes.ContainsAny(trimmed[:min(5, len(trimmed))], "\r\n") {
			t.Errorf("%q: post is %v", in, whole.post())
		}
	})
}

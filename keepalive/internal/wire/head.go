package wire

import (
	"net/http"
	"strconv"
	"strings"
)

const userAgent = "Go-http-client/1.1"

// appendHead writes the head as net/http does, in its order. It declines what
// needs more than copying.
func appendHead(b []byte, o *Outgoing, host string, n int) ([]byte, bool) {
	req := o.req
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	b = append(b, method...)
	b = append(b, ' ')
	b, ok := appendURI(b, req)
	if !ok {
		return b, false
	}
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", host)
	agent := userAgent
	if v, ok := req.Header["User-Agent"]; ok {
		agent = ""
		if len(v) > 0 {
			agent = v[0]
		}
	}
	if agent = strings.Trim(agent, " \t"); agent != "" {
		b = appendField(b, "User-Agent", agent)
	}
	if o.close && !HasToken(req.Header["Connection"], "close") {
		b = append(b, "Connection: close\r\n"...)
	}
	if n > 0 || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(n), 10)
		b = append(b, "\r\n"...)
	}
	b = appendHeader(b, req.Header)
	if o.gzip {
		b = append(b, "Accept-Encoding: gzip\r\n"...)
	}
	return append(b, "\r\n"...), true
}

func appendURI(b []byte, req *http.Request) ([]byte, bool) {
	u := req.URL
	if u.Opaque != "" || u.ForceQuery {
		return b, false
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if strings.HasPrefix(path, "//") {
		return b, false
	}
	at := len(b)
	b = append(b, path...)
	if u.RawQuery != "" {
		b = append(b, '?')
		b = append(b, u.RawQuery...)
	}
	for _, ch := range b[at:] {
		if ch < ' ' || ch == 0x7f {
			return b, false
		}
	}
	return b, true
}

// appendHeader writes the fields sorted by name: the same request is the same
// bytes. Insertion sort, since a request has few.
func appendHeader(b []byte, h http.Header) []byte {
	var few [16]string
	names := few[:0]
	for k := range h {
		switch k {
		case "Host", "User-Agent", "Content-Length", "Transfer-Encoding", "Trailer":
			continue
		}
		i := len(names)
		names = append(names, k)
		for ; i > 0 && names[i-1] > k; i-- {
			names[i] = names[i-1]
		}
		names[i] = k
	}
	for _, k := range names {
		for _, v := range h[k] {
			b = appendField(b, k, strings.Trim(v, " \t"))
		}
	}
	return b
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, "\r\n"...)
}

// plainHost returns the Host field where it goes out as it stands: letters,
// digits and the marks of ports and IPv6. Everything else (IDNA, zones, what
// is not a host) is net/http's to decide.
func plainHost(req *http.Request) (string, bool) {
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	return host, PlainHost(host)
}

// PlainHost reports a host, with or without a port, that needs no conversion.
func PlainHost(host string) bool {
	if host == "" {
		return false
	}
	for i := range len(host) {
		if c := host[i]; !alnum(c) && c != '.' && c != '-' && c != ':' && c != '_' && c != '[' && c != ']' {
			return false
		}
	}
	return true
}

func alnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// Valid reports a method and fields that net/http would send; the words for
// those it would not are net/http's own.
func Valid(req *http.Request) bool {
	return validToken(req.Method, true) && validHeader(req.Header) && validHeader(req.Trailer)
}

func validHeader(h http.Header) bool {
	for k, vv := range h {
		if !validToken(k, false) {
			return false
		}
		for _, v := range vv {
			for i := range len(v) {
				if c := v[i]; c < ' ' && c != '\t' || c == 0x7f {
					return false
				}
			}
		}
	}
	return true
}

// validToken: RFC 9110 §5.6.2.
func validToken(s string, empty bool) bool {
	for i := range len(s) {
		if c := s[i]; !alnum(c) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != "" || empty
}

package requestid

import "strings"

// wellFormed admits what is harmless in a header, a log line, a URL and a shell: letters, digits and a few signs.
func wellFormed(id string, maxLength int) bool {
	if id == "" || len(id) > maxLength {
		return false
	}
	for i := range len(id) {
		if !harmless[id[i]] {
			return false
		}
	}
	return true
}

var harmless = func() (t [256]bool) {
	for _, c := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.:+/=") {
		t[c] = true
	}
	return t
}()

// traceID returns the trace-id of a traceparent: version "-" trace-id "-" parent-id "-" flags, all lower-case hex. A higher
// version may go on after another "-". See https://www.w3.org/TR/trace-context/#traceparent-header.
func traceID(s string) (id string, ok bool) {
	const version, trace, parent, length = 2, 35, 52, 55
	if len(s) < length || s[version] != '-' || s[trace] != '-' || s[parent] != '-' {
		return "", false
	}
	if !isHex(s[:version]) || s[:version] == "ff" || !isHex(s[parent+1:length]) {
		return "", false
	}
	if len(s) > length && (s[:version] == "00" || s[length] != '-') {
		return "", false
	}
	id = s[version+1 : trace]
	return id, identifies(id) && identifies(s[trace+1:parent])
}

// identifies: an id of zeros is invalid.
func identifies(id string) bool { return isHex(id) && strings.Trim(id, "0") != "" }

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

package zerocopy

import (
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// An encoding is a compressed form that may lie next to a file.
type encoding struct {
	suffix string
	name   []string // as Content-Encoding
}

// encodings are in our order of preference; 0 is the file itself.
var encodings = [...]encoding{
	{"", []string{"identity"}},
	{".zst", []string{"zstd"}},
	{".br", []string{"br"}},
	{".gz", []string{"gzip"}},
}

// choose returns the encoding the client likes best of those in siblings, ours
// first among equals, or 0 for the file itself. That goes unencoded also to a
// client that wants nothing there is: RFC 9110 leaves it open, and a page is
// better than 406.
func choose(h http.Header, siblings uint32) int {
	if len(h["Accept-Encoding"]) == 0 {
		return 0
	}
	var q [len(encodings)]int
	for i := range q {
		q[i] = -1 // not named
	}
	star := -1
	for _, line := range h["Accept-Encoding"] {
		for one := range strings.SplitSeq(line, ",") {
			name, weight := parseWeight(one)
			if name == "*" {
				star = weight
			} else if i := encodingOf(name); i >= 0 {
				q[i] = weight
			}
		}
	}
	best, bestQ := 0, max(0, q[0]) // unless it is asked for, any other is better
	for i := 1; i < len(q); i++ {
		if q[i] < 0 {
			q[i] = star
		}
		if siblings&(1<<i) != 0 && q[i] > 0 && (q[i] > bestQ || best == 0 && q[i] == bestQ) {
			best, bestQ = i, q[i]
		}
	}
	return best
}

func encodingOf(name string) int {
	for i := range encodings {
		if strings.EqualFold(name, encodings[i].name[0]) {
			return i
		}
	}
	if strings.EqualFold(name, "x-gzip") {
		return 3
	}
	return -1
}

// parseWeight reads "name;q=0.5"; a weight is in thousandths. One that cannot
// be read counts as none given.
func parseWeight(s string) (name string, weight int) {
	name, param, _ := strings.Cut(s, ";")
	name, param = textproto.TrimString(name), textproto.TrimString(param)
	v, ok := strings.CutPrefix(strings.ToLower(param), "q=")
	if !ok {
		return name, 1000
	}
	f, err := strconv.ParseFloat(textproto.TrimString(v), 64)
	if err != nil || !(f >= 0 && f <= 1) { // NaN is a number to ParseFloat
		return name, 1000
	}
	return name, int(f * 1000)
}

// addVary makes caches keep the forms apart.
func addVary(h http.Header) {
	for _, v := range h["Vary"] {
		if strings.Contains(strings.ToLower(v), "accept-encoding") || strings.TrimSpace(v) == "*" {
			return
		}
	}
	if len(h["Vary"]) == 0 {
		h["Vary"] = varyEncoding
		return
	}
	h.Add("Vary", "Accept-Encoding")
}

var varyEncoding = []string{"Accept-Encoding"}

package zerocopy

import (
	"errors"
	"net/textproto"
	"strconv"
	"strings"
)

var (
	errRange     = errors.New("invalid range")
	errNoOverlap = errors.New("invalid range: failed to overlap")
)

// A byteRange lies within a file.
type byteRange struct{ start, length int64 }

func total(ranges []byteRange) (sum int64) {
	for _, r := range ranges {
		sum += r.length
	}
	return sum
}

// parseRanges reads a Range header for a file of size bytes, see RFC 9110,
// section 14.1.2. Ranges that begin behind the end are left out; errNoOverlap
// says that no other was there.
func parseRanges(spec string, size int64) (ranges []byteRange, err error) {
	list, ok := strings.CutPrefix(spec, "bytes=")
	if !ok {
		return nil, errRange
	}
	missed := false
	for one := range strings.SplitSeq(list, ",") {
		if one = textproto.TrimString(one); one == "" {
			continue
		}
		r, ok, err := parseRange(one, size)
		switch {
		case err != nil:
			return nil, err
		case !ok:
			missed = true
		default:
			ranges = append(ranges, r)
		}
	}
	if missed && ranges == nil {
		return nil, errNoOverlap
	}
	return ranges, nil
}

func parseRange(s string, size int64) (r byteRange, ok bool, err error) {
	from, to, dash := strings.Cut(s, "-")
	from, to = textproto.TrimString(from), textproto.TrimString(to)
	if !dash {
		return r, false, errRange
	}
	if from == "" {
		n, err := number(to)
		n = min(n, size)
		return byteRange{size - n, n}, true, err
	}
	start, err := number(from)
	switch {
	case err != nil:
		return r, false, err
	case start >= size:
		return r, false, nil
	case to == "":
		return byteRange{start, size - start}, true, nil
	}
	end, err := strconv.ParseInt(to, 10, 64)
	if err != nil || end < start {
		return r, false, errRange
	}
	return byteRange{start, min(end, size-1) - start + 1}, true, nil
}

func number(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || s[0] == '-' {
		return 0, errRange
	}
	return n, nil
}

package router

import "strings"

// bail is what quick answers when the path is not as plain as it must be: the exact way has to decide.
var bail = new(route)

// A byte's class in a path. plain is what stands for itself in an escaped and in an unescaped path alike.
const (
	odd = iota
	plain
	slash
)

var class = func() (t [256]uint8) {
	for _, c := range []byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.~$&+,:;=@") {
		t[c] = plain
	}
	t['/'] = slash
	return t
}()

// quick is exact for an unescaped path that may not be clean. It proves on the way that the path is clean and needs no
// escaping: what it compares with literals is as clean as they are, what wildcards take is looked at byte by byte. Where it
// cannot prove it, it returns bail. Its nil is final: text that differs from a literal does so in any spelling.
func (n *node) quick(path string) *route {
	for {
		if !n.starts(path) {
			return nil
		}
		path = path[len(n.prefix):]
		if path == "" {
			if n.end != nil {
				return n.end
			}
			return n.multi
		}
		if len(n.kids) > 0 {
			if kid := n.child(path[0]); kid != nil {
				if n.wild == nil && n.multi == nil {
					n = kid
					continue
				}
				if r := kid.quick(path); r != nil {
					return r
				}
			}
		}
		if n.wild == nil {
			break
		}
		i := segmentEnd(path)
		if i <= 0 {
			return bail
		}
		if n.multi == nil {
			n, path = n.wild, path[i:]
			continue
		}
		if r := n.wild.quick(path[i:]); r != nil {
			return r
		}
		break
	}
	if n.multi != nil && !cleanTail(path) {
		return bail
	}
	return n.multi
}

// starts reports whether path starts with n's prefix. Most prefixes are short: one word of the node itself decides, and no
// other cache line is read.
func (n *node) starts(path string) bool {
	size := len(n.prefix)
	if len(path) < size || size == 0 {
		return size == 0
	}
	if len(path) < 8 {
		for i := range size {
			if path[i] != n.prefix[i] {
				return false
			}
		}
		return true
	}
	b := path[:8] // the compiler makes one load of the shifts
	word := uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
	if size <= 8 {
		return (word^n.head)<<(64-8*uint(size)) == 0
	}
	return word == n.head && path[8:size] == n.prefix[8:]
}

// segmentEnd returns the length of a segment that is neither empty nor starts with a dot, -1 if it is not plain.
func segmentEnd(path string) int {
	if path[0] == '.' {
		return -1
	}
	for i := range len(path) {
		if c := class[path[i]]; c != plain {
			if c == slash {
				return i
			}
			return -1
		}
	}
	return len(path)
}

// cleanTail reports whether all segments of a tail that starts behind a slash are plain.
func cleanTail(path string) bool {
	for path != "" {
		i := segmentEnd(path)
		if i <= 0 {
			return false
		}
		path = strings.TrimPrefix(path[i:], "/")
	}
	return true
}

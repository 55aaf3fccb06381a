package router

import "math/bits"

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
func (tr *tree) quick(path string) *route {
	if tr == nil {
		return nil
	}
	return tr.quickFrom(0, path, 0, lastWord(path))
}

// quickFrom gets path's last word as well, which most paths look at twice.
func (tr *tree) quickFrom(i uint32, path string, at int, last uint64) *route {
	for {
		n := &tr.nodes[i]
		// As in starts, which is a call too many here.
		var next uint64
		if len(path)-at >= 8 {
			b := path[at : at+8]
			next = uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
				uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		} else {
			next = tail(last, path, at)
		}
		if (next^n.head)<<(n.shift&63)<<(n.shift&63) != 0 || len(path)-at < int(n.size) {
			return nil
		}
		if at += int(n.size); at == len(path) {
			return tr.ending(n)
		}
		if kid := tr.child(n, path[at]); kid != 0 {
			if !n.wild && n.multi == 0 {
				i = kid
				continue
			}
			if r := tr.quickFrom(kid, path, at, last); r != nil {
				return r
			}
		}
		if !n.wild {
			return tr.quickMulti(n, path[at:])
		}
		end := segmentEnd(path, at, last)
		if end <= at {
			return bail
		}
		if n.multi == 0 {
			i, at = n.first-1, end
			continue
		}
		if r := tr.quickFrom(n.first-1, path, end, last); r != nil {
			return r
		}
		return tr.quickMulti(n, path[at:])
	}
}

func (tr *tree) quickMulti(n *node, rest string) *route {
	if n.multi != 0 && !cleanTail(rest) {
		return bail
	}
	return tr.multi(n)
}

// segmentEnd returns where the segment ends that starts at at, which is not the path's end; -1 if it starts with a dot or is not
// plain. What comes next waits for the slash alone; that the bytes before it are plain is a branch that the processor foresees.
func segmentEnd(path string, at int, last uint64) int {
	if path[at] == '.' {
		return -1
	}
	for at < len(path) {
		var w uint64
		if len(path)-at >= 8 { // as in quickFrom
			b := path[at : at+8]
			w = uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
				uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
		} else {
			w = tail(last, path, at)
		}
		end := min(slashes(w), len(path)-at)
		if odds(w) < end {
			return slowEnd(path, at)
		}
		if at += end; end < 8 {
			break
		}
	}
	return at
}

// slowEnd is segmentEnd byte by byte, for what is plain and rare.
func slowEnd(path string, at int) int {
	for ; at < len(path); at++ {
		if c := class[path[at]]; c != plain {
			if c == slash {
				return at
			}
			return -1
		}
	}
	return at
}

// slashes returns how many of the eight bytes of w come before the first slash, 8 if there is none: "haszero" of Bit Twiddling Hacks, which
// is exact for the first.
func slashes(w uint64) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	x := w ^ ones*'/'
	return bits.TrailingZeros64((x-ones)&^x&highs) >> 3
}

// odds returns how many of the eight bytes of w come before the first that is not a letter, a digit or one of +,-.:;, 8 if there
// is none. Those bytes are plain. Each step looks at eight bytes at once: seven bits plus a constant set the eighth from a limit on.
func odds(w uint64) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	low := w &^ highs
	folded := (low | ones*0x20)
	letters := (folded + ones*(0x80-'a')) ^ (folded + ones*(0x80-'z'-1))
	digits := (low + ones*(0x80-'+')) ^ (low + ones*(0x80-';'-1))
	slash := low ^ ones*'/' + ones*0x7f
	return bits.TrailingZeros64(^((letters|digits)&slash&^w)&highs) >> 3
}

// cleanTail reports whether all segments of a tail that starts behind a slash are plain.
func cleanTail(path string) bool {
	last := lastWord(path)
	for at := 0; at < len(path); at++ {
		end := segmentEnd(path, at, last)
		if end <= at {
			return false
		}
		at = end
	}
	return true
}

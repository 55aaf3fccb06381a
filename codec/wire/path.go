package wire

import (
	"strconv"
	"strings"
)

// maxPath bounds a path in an error: its keys come from the sender.
const maxPath = 256

// pathTo works out the path to the value (or after the key) that ends at off.
// Errors are rare, so the decoder keeps no path while it runs; what it has read
// is read again here, and is known to be well formed up to off.
func pathTo(data []byte, off int) string {
	var stack []step
	for i := 0; i < off; {
		top := len(stack) - 1
		switch data[i] {
		case '{':
			stack = append(stack, step{})
		case '[':
			stack = append(stack, step{array: true})
		case '}', ']':
			if top >= 0 {
				stack = stack[:top]
			}
		case ',':
			if top >= 0 {
				stack[top].index++
				stack[top].valued = false
			}
		case ':':
			if top >= 0 {
				stack[top].valued = true
			}
		case '"':
			end := stringEnd(data, i, off)
			if top >= 0 && !stack[top].array && !stack[top].valued {
				stack[top].key = data[i+1 : end-1]
			}
			i = end
			continue
		}
		i++
	}
	return joinPath(stack)
}

// step is one open array or object on the way to a value.
type step struct {
	array  bool
	valued bool // the colon has been passed: a string is a value, not a key
	index  int
	key    []byte
}

// stringEnd returns the index after the string at i, at most limit.
func stringEnd(data []byte, i, limit int) int {
	for i++; i < limit && data[i] != '"'; i++ {
		if data[i] == '\\' {
			i++
		}
	}
	return min(i+1, limit)
}

func joinPath(stack []step) string {
	var b strings.Builder
	b.WriteByte('$')
	for _, s := range stack {
		switch {
		case s.array:
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case plainKey(s.key):
			b.WriteString("." + string(s.key))
		case s.key != nil:
			b.WriteString("[" + strconv.Quote(string(s.key[:min(len(s.key), maxPath)])) + "]")
		}
		if b.Len() > maxPath {
			return strings.ToValidUTF8(b.String()[:maxPath], "") + "…"
		}
	}
	return b.String()
}

// plainKey reports whether a key can stand after a dot.
func plainKey(key []byte) bool {
	for i, c := range key {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c-'0' > 9) {
			return false
		}
	}
	return len(key) > 0
}

package wire

import (
	"sync"

	"github.com/hotpath-go/hotpath/codec/internal/buffer"
)

// Decoder is a cursor over one JSON document. It is not safe for concurrent use:
// one goroutine at a time, and only until the DecodeJSON it was given to returns.
type Decoder struct {
	data  []byte // owned by the caller of Decode
	pos   int
	depth int

	// fatal ends decoding; saved is the first error that does not.
	fatal error
	saved error

	policy  Policy
	arena   arena
	scratch []byte // unescaped text, valid until the next string

	members []member  // of the objects and arrays that are being read into any
	keys    *keyTable // of maps, lately met
	elems   int       // of the last list of strings

	// apostrophe admits \', which encoding/json does inside ",string" strings only.
	apostrophe bool
}

var decoders = sync.Pool{New: func() any { return new(Decoder) }}

func getDecoder(data []byte, p Policy) *Decoder {
	if p.MaxDepth == 0 {
		p.MaxDepth = DefaultMaxDepth
	}
	d := decoders.Get().(*Decoder)
	*d = Decoder{data: data, policy: p, scratch: d.scratch[:0], members: d.members[:0], keys: d.keys, elems: d.elems, arena: d.arena}
	return d
}

func (d *Decoder) release() {
	scratch := d.scratch
	if cap(scratch) > buffer.MaxKept {
		scratch = nil
	}
	// Neither the input nor the last chunk of strings may live on in the pool.
	members := d.members
	if cap(members) > maxEntries {
		members = nil
	}
	*d = Decoder{scratch: scratch, members: members, keys: d.keys, elems: d.elems, arena: d.arena.next(len(d.data))}
	decoders.Put(d)
}

// Err returns the error decoding will end with, so far.
func (d *Decoder) Err() error {
	if d.fatal != nil {
		return d.fatal
	}
	return d.saved
}

// Fail ends decoding with err. The path in the error is that of the next value.
func (d *Decoder) Fail(err error) {
	if d.fatal == nil {
		d.stop(&ValueError{Offset: int64(d.pos), Path: pathTo(d.data, d.pos), Err: err})
	}
}

// finish checks that nothing follows the value.
func (d *Decoder) finish() error {
	if d.peek(); d.pos < len(d.data) {
		d.syntax("unexpected data after the value")
	}
	return d.Err()
}

// peek skips white space and returns the next byte, or 0 at the end. A NUL in
// the input is 0 too: both are wrong wherever a token may begin.
func (d *Decoder) peek() byte {
	if d.pos < len(d.data) && d.data[d.pos] > ' ' {
		return d.data[d.pos]
	}
	return d.skipSpace()
}

func (d *Decoder) skipSpace() byte {
	for d.pos < len(d.data) {
		c := d.data[d.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c
		}
		d.pos++
	}
	return 0
}

// stop makes err final. Moving to the end is what lets the callers go on
// without looking: everything after finds the input exhausted.
func (d *Decoder) stop(err error) {
	if d.fatal == nil {
		d.fatal = err
	}
	d.pos = len(d.data)
}

func (d *Decoder) syntax(msg string) {
	d.syntaxAt(d.pos, msg, nil)
}

func (d *Decoder) syntaxAt(off int, msg string, reason error) {
	if d.fatal != nil {
		d.pos = len(d.data)
		return
	}
	if off >= len(d.data) && reason == nil {
		off, msg, reason = len(d.data), "unexpected end of JSON", ErrTruncated
	}
	d.stop(&SyntaxError{Offset: int64(off), Reason: reason, msg: msg})
}

// push enters an array or object.
func (d *Decoder) push() bool {
	d.depth++
	if d.depth > d.policy.MaxDepth {
		d.syntaxAt(d.pos, "nested too deeply", ErrDepth)
		return false
	}
	return true
}

// literal consumes true, false or null after its first byte was seen.
func (d *Decoder) literal(s string) bool {
	if end := d.pos + len(s); end <= len(d.data) && string(d.data[d.pos:end]) == s {
		d.pos = end
		return true
	}
	for i := 0; i < len(s) && d.pos < len(d.data) && d.data[d.pos] == s[i]; i++ {
		d.pos++
	}
	d.syntax("invalid literal, want " + s)
	return false
}

// Null consumes null if it comes next.
func (d *Decoder) Null() bool {
	return d.peek() == 'n' && d.literal("null")
}

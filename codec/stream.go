package codec

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/hotpath-go/hotpath/codec/wire"
)

// DefaultMaxValue is the largest value a Stream takes unless told otherwise.
const DefaultMaxValue = 1 << 20

// Stream reads values one after another: the elements of one array, or values
// with white space between them, as in NDJSON, or with nothing where a quote or a
// bracket parts them. A Stream is not safe for
// concurrent use: one goroutine at a time; its exported fields must not change once
// it is used. Its memory is bounded by the largest value. The zero value with an R is
// ready.
type Stream struct {
	// R is read to its end, but never beyond an array's. The Stream may read
	// ahead.
	R io.Reader
	// Options are the policies of decoding, for each value on its own. Zero means
	// those of encoding/json.
	Options Options
	// Array says that the values are the elements of one array. Zero means that
	// they follow each other.
	Array bool
	// MaxValue bounds one value in bytes. Zero means DefaultMaxValue; a negative
	// value is refused.
	MaxValue int

	buf      []byte
	pos      int // where the next value, or what is before it, begins
	consumed int64
	inside   bool  // the array has begun
	some     bool  // and had an element
	readErr  error // of the Read that was the last
	err      error
}

// Next decodes the next value into v, and returns io.EOF after the last one. A
// value that does not fit v, or is malformed between its brackets, costs only
// itself: the call after it goes on with the next one. All other errors stay.
// Offsets in errors count from the beginning of the value; Offset is that of the
// stream.
func (s *Stream) Next(v Decodable) error {
	if s.err != nil {
		return s.err
	}
	policy, err := s.policy()
	if err != nil {
		return err
	}
	if s.err = s.toValue(); s.err != nil {
		return s.err
	}
	end, err := s.valueEnd()
	if err != nil {
		s.err = err
		return err
	}
	if end-s.pos > s.limit() {
		s.err = ErrTooLarge
		return s.err
	}
	value := s.buf[s.pos:end]
	s.pos = end
	return policy.Decode(value, v)
}

// policy is what the fields say, or which of them is out of range.
func (s *Stream) policy() (p wire.Policy, err error) {
	if s.MaxValue < 0 {
		return p, fmt.Errorf("codec: Stream.MaxValue is %d: use 0 for %d bytes, or a positive number", s.MaxValue, DefaultMaxValue)
	}
	return s.Options.copying()
}

// Offset returns how many bytes come before what has not been decoded yet.
func (s *Stream) Offset() int64 { return s.consumed + int64(s.pos) }

// toValue consumes what stands before a value.
func (s *Stream) toValue() error {
	c, err := s.peek()
	if !s.Array || err != nil && err != io.EOF {
		return err
	}
	if !s.inside {
		if c != '[' {
			return s.malformed("want an array", err)
		}
		s.inside = true
		s.pos++
		c, err = s.peek()
	}
	switch {
	case c == ']':
		s.pos++
		return s.afterArray()
	case s.some && c == ',':
		s.pos++
		if c, err = s.peek(); c == ']' {
			return s.malformed("want a value after ,", nil)
		}
	case s.some:
		return s.malformed("want , or ] after an array element", err)
	}
	if err != nil {
		return s.malformed("", err)
	}
	s.some = true
	return nil
}

func (s *Stream) afterArray() error {
	if _, err := s.peek(); err != nil {
		return err
	}
	return s.malformed("unexpected data after the array", nil)
}

// malformed describes an error between values; readErr is what reading ended with.
func (s *Stream) malformed(msg string, readErr error) error {
	switch readErr {
	case nil:
		return wire.NewSyntaxError(s.Offset(), msg, nil)
	case io.EOF:
		return wire.NewSyntaxError(s.Offset(), "unexpected end of JSON", ErrTruncated)
	}
	return readErr
}

// peek skips white space and returns the next byte.
func (s *Stream) peek() (byte, error) {
	for {
		for ; s.pos < len(s.buf); s.pos++ {
			if c := s.buf[s.pos]; c != ' ' && c != '\n' && c != '\t' && c != '\r' {
				return c, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// valueEnd finds the end of the value at s.pos, by brackets and quotes alone:
// whether it is JSON is for the Decoder to say.
func (s *Stream) valueEnd() (int, error) {
	var f framer
	f.array = s.Array
	for n := 0; ; {
		for _, c := range s.buf[s.pos+n:] {
			if done, include := f.step(c); done {
				if include {
					n++
				}
				return s.pos + n, nil
			}
			n++
		}
		if err := s.fill(); err == io.EOF {
			return s.pos + n, nil // a number, or a truncated value
		} else if err != nil {
			return 0, err
		}
	}
}

func (s *Stream) limit() int { return cmp.Or(s.MaxValue, DefaultMaxValue) }

// fill reads more, behind what is there from s.pos on.
func (s *Stream) fill() error {
	limit := s.limit()
	if s.pos > 0 {
		s.consumed += int64(s.pos)
		s.buf = s.buf[:copy(s.buf, s.buf[s.pos:])]
		s.pos = 0
	}
	// One byte more than the limit shows that a value of that size has ended.
	if len(s.buf) > limit {
		return ErrTooLarge
	}
	if len(s.buf) == cap(s.buf) {
		size := max(4096, 2*cap(s.buf))
		if size > limit { // which may be the largest int
			size = limit + 1
		}
		s.buf = append(make([]byte, 0, size), s.buf...)
	}
	for range 100 {
		if s.readErr != nil {
			return s.readErr
		}
		n, err := s.R.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err != nil && err != io.EOF {
			err = &BodyError{Err: err}
		}
		// It may come with the last bytes, and need not come again.
		s.readErr = err
		if n > 0 {
			return nil
		}
	}
	return cmp.Or(s.readErr, io.ErrNoProgress)
}

// framer finds the end of a value byte by byte.
type framer struct {
	array    bool
	depth    int
	inString bool
	escaped  bool
	scalar   bool
}

// step reports whether the value ends, with c or before it.
func (f *framer) step(c byte) (done, include bool) {
	switch {
	case f.escaped:
		f.escaped = false
	case f.inString:
		f.escaped = c == '\\'
		f.inString = c != '"'
		return !f.inString && f.depth == 0, true
	case f.scalar:
		return c <= ' ' || strings.IndexByte(`,:"[]{}`, c) >= 0, false
	case c == '"':
		f.inString = true
	case c == '{' || c == '[':
		f.depth++
	case c == '}' || c == ']':
		f.depth--
		return f.depth <= 0, true
	default:
		f.scalar = f.depth == 0
		return f.scalar && f.array && c == ',', false
	}
	return false, false
}

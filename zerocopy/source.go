package zerocopy

import (
	"io"
	"math"
)

// A source is a Reader without WriteTo. io.Copy prefers the reader's WriteTo
// to the writer's ReadFrom, so a wrapper that implements ReadFrom by io.Copy
// would never reach the conn's ReadFrom if WriteTo were there.
type source struct{ r Reader }

func (s *source) Read(p []byte) (int, error) { return s.r.Read(p) }

// below returns what lies under the limits of src, and the lowest of them. The
// standard library looks below one io.LimitedReader; io.CopyN through a
// wrapper that limits again makes two, so we look below any number of them.
func below(src io.Reader) (r io.Reader, n int64) {
	n = math.MaxInt64
	for {
		l, ok := src.(*io.LimitedReader)
		if !ok {
			return src, n
		}
		src, n = l.R, max(0, min(n, l.N))
	}
}

// claim finds our Reader below src and how many bytes of it src lets through.
func claim(src io.Reader) (r *Reader, n int64) {
	in, n := below(src)
	switch s := in.(type) {
	case *source:
		return &s.r, min(n, s.r.Len())
	case *Reader:
		return s, min(n, s.Len())
	}
	return nil, 0
}

// consume moves src and everything below it by the n bytes that were sent.
func consume(src io.Reader, n int64) {
	switch s := src.(type) {
	case *source:
		s.r.pos += n
	case *Reader:
		s.pos += n
	case *io.LimitedReader:
		s.N -= n
		consume(s.R, n)
	}
}

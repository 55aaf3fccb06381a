package zerocopy

import "io"

// A source is a Reader without WriteTo. io.Copy prefers the reader's WriteTo
// to the writer's ReadFrom, so a wrapper that implements ReadFrom by io.Copy
// would never reach the conn's ReadFrom if WriteTo were there.
type source struct{ r Reader }

func (s *source) Read(p []byte) (int, error) { return s.r.Read(p) }

// claim finds our Reader below src and how many bytes of it src lets through.
// The standard library looks below one io.LimitedReader; io.CopyN through a
// wrapper that limits again makes two, so we look below any number of them.
func claim(src io.Reader) (r *Reader, n int64) {
	switch s := src.(type) {
	case *source:
		return &s.r, s.r.Len()
	case *Reader:
		return s, s.Len()
	case *io.LimitedReader:
		r, n = claim(s.R)
		return r, max(0, min(n, s.N))
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

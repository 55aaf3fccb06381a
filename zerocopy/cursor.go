package zerocopy

import "slices"

// A cursor walks a range of a Body. It is one goroutine's.
type cursor struct {
	b    *Body
	i    int   // segment
	at   int64 // offset within it
	left int64 // bytes of the range not walked yet
	n    int64 // bytes of the range

	// mapMin is the length of a section and a range from which the bytes of a
	// Mapping are taken from its file; 0 means never.
	mapMin int64
}

// cursor starts at off and covers at most n bytes, fewer at the Body's end.
func (b *Body) cursor(off, n int64) cursor {
	if off >= b.n {
		return cursor{b: b}
	}
	// ends is increasing without repeats, since empty segments are never kept.
	i, found := slices.BinarySearch(b.ends, off)
	if found {
		i++
	}
	start := b.ends[i] - b.segs[i].n
	n = min(n, b.n-off)
	return cursor{b: b, i: i, at: off - start, left: n, n: n}
}

// inFile reports whether the next bytes are to come from a file.
func (c *cursor) inFile() bool {
	if c.left == 0 {
		return false
	}
	s := &c.b.segs[c.i]
	if s.mem != nil && s.file != nil {
		return c.mapMin > 0 && min(s.n, c.n) >= c.mapMin
	}
	return s.file != nil
}

// run is how many bytes of the range are left in this segment.
func (c *cursor) run() int64 { return min(c.b.segs[c.i].n-c.at, c.left) }

// next takes up to limit bytes of one segment: n of them from offset at.
func (c *cursor) next(limit int64) (s *segment, at, n int64) {
	s, at = &c.b.segs[c.i], c.at
	n = min(s.n-at, c.left, limit)
	c.at += n
	c.left -= n
	if c.at == s.n {
		c.i, c.at = c.i+1, 0
	}
	return s, at, n
}

// pos is where the cursor stands, counted from the start of the Body.
func (c *cursor) pos() int64 {
	if c.i == len(c.b.segs) {
		return c.b.n
	}
	return c.b.ends[c.i] - c.b.segs[c.i].n + c.at
}

//go:build linux && !portable

// What goes into one sendmsg.

package zerocopy

// readMax is up to where reading a section to send it with what stands
// before it beats a sendfile of its own; see bench/paths for the table.
const readMax = 16 << 10

// collect takes the memory that comes next and the short file sections within
// it, which it reads.
func (s *sender) collect(cur *cursor) error {
	s.fill = 0
	touch := len(s.bufs) > 0 // the last of bufs is no Mapping's, which may be gone
	for cur.left > 0 && len(s.bufs) < maxIovecs {
		if !cur.inFile() {
			seg, at, n := cur.next(cur.left)
			s.bufs = append(s.bufs, seg.mem[at:at+n])
			touch = seg.file == nil
			continue
		}
		n := cur.run()
		if n > readMax || int(n) > copySize-s.fill {
			return nil
		}
		if err := s.read(cur, touch); err != nil {
			return err
		}
		touch = false
	}
	return nil
}

func (s *sender) room() {
	if s.scratch == nil {
		s.scratch = copyBufs.Get().(*[copySize]byte)
	}
}

// read takes a section of a file, and what stands before it if that is short
// and may be touched: both leave as one.
func (s *sender) read(cur *cursor, touch bool) error {
	s.room()
	begin, last := s.fill, len(s.bufs)-1
	if touch && len(s.bufs[last]) <= min(joinMax, copySize-s.fill-int(cur.run())) {
		s.fill += copy(s.scratch[s.fill:], s.bufs[last])
		s.bufs = s.bufs[:last]
	}
	seg, at, n := cur.next(cur.left)
	p := s.scratch[s.fill : s.fill+int(n)]
	s.fill += len(p)
	if _, err := seg.readAt(p, at, true); err != nil {
		return err
	}
	s.bufs = append(s.bufs, s.scratch[begin:s.fill])
	return nil
}

func (s *sender) dropScratch() {
	if s.scratch != nil {
		copyBufs.Put(s.scratch)
		s.scratch = nil
	}
}

//go:build linux && !portable

// What goes into one sendmsg.

package zerocopy

const (
	// joinMax is up to where copying a part costs less than one more address for
	// the kernel to look at.
	joinMax = 1 << 10
	// readMax is up to where reading a section to send it with what stands
	// before it beats a sendfile of its own; see bench/paths for the table.
	readMax = 16 << 10
)

// collect takes the memory that comes next and the short file sections within
// it, which it reads.
func (s *sender) collect(cur *cursor) error {
	s.fill = 0
	for cur.left > 0 && len(s.bufs) < maxIovecs {
		if !cur.inFile() {
			s.bufs = append(s.bufs, s.memory(cur))
			continue
		}
		n := cur.run()
		if n > readMax || int(n) > copySize-s.fill {
			return nil
		}
		p, err := s.read(cur)
		if err != nil {
			return err
		}
		s.bufs = append(s.bufs, p)
	}
	return nil
}

// memory returns the next part where it lies, or a copy of the tiny ones that
// come next, if there are several.
func (s *sender) memory(cur *cursor) []byte {
	tiny := joins(cur)
	seg, at, n := cur.next(cur.left)
	p := seg.mem[at : at+n]
	if !tiny || !joins(cur) || copySize-s.fill < 2*joinMax {
		return p
	}
	s.room()
	begin := s.fill
	s.fill += copy(s.scratch[s.fill:], p)
	for joins(cur) && copySize-s.fill >= joinMax {
		seg, at, n := cur.next(cur.left)
		s.fill += copy(s.scratch[s.fill:], seg.mem[at:at+n])
	}
	return s.scratch[begin:s.fill]
}

// joins reports whether the next bytes are of a part to be joined with its
// neighbours. The memory of a Mapping is not touched for it: it may be gone.
func joins(cur *cursor) bool {
	if cur.left == 0 {
		return false
	}
	seg := &cur.b.segs[cur.i]
	return seg.file == nil && seg.n <= joinMax
}

func (s *sender) room() {
	if s.scratch == nil {
		s.scratch = copyBufs.Get().(*[copySize]byte)
	}
}

func (s *sender) read(cur *cursor) ([]byte, error) {
	s.room()
	seg, at, n := cur.next(cur.left)
	p := s.scratch[s.fill : s.fill+int(n)]
	s.fill += len(p)
	if _, err := seg.readAt(p, at); err != nil {
		return nil, err
	}
	if !seg.stamp.holds(seg) {
		return nil, ErrFileChanged
	}
	return p, nil
}

func (s *sender) dropScratch() {
	if s.scratch != nil {
		copyBufs.Put(s.scratch)
		s.scratch = nil
	}
}

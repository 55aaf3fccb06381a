//go:build linux && !portable

package netpoll

// slot is one parked connection: 40 bytes, no pointers.
type slot struct {
	record
	gen        uint32 // 0: free
	due        uint32 // wheel tick; 0: never
	next, prev int32  // neighbours in the wheel's bucket, as fd+1; 0: none
}

const pageLen = 512

// table finds a slot by fd. The kernel hands out the lowest free number, so the pages stay dense. Pages are not given
// back: their number is bounded by the process's fd limit. It is guarded by lot.mu.
type table struct {
	pages []*[pageLen]slot
}

// at is nil where no connection was ever parked.
func (t *table) at(fd int) *slot {
	i := fd / pageLen
	if fd < 0 || i >= len(t.pages) || t.pages[i] == nil {
		return nil
	}
	return &t.pages[i][fd%pageLen]
}

func (t *table) grow(fd int) *slot {
	i := fd / pageLen
	for i >= len(t.pages) {
		t.pages = append(t.pages, nil)
	}
	if t.pages[i] == nil {
		t.pages[i] = new([pageLen]slot)
	}
	return &t.pages[i][fd%pageLen]
}

// each visits the parked connections of some pages; f may free the one it is given.
func (t *table) each(from, to int, f func(fd int, s *slot)) {
	for i := from; i < to; i++ {
		if t.pages[i] == nil {
			continue
		}
		for j := range t.pages[i] {
			if s := &t.pages[i][j]; s.gen != 0 {
				f(i*pageLen+j, s)
			}
		}
	}
}

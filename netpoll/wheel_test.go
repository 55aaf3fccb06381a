//go:build linux && !portable

package netpoll

import (
	"math"
	"math/rand/v2"
	"testing"
)

func newWheel() (*table, *wheel) {
	t := new(table)
	return t, &wheel{table: t}
}

func (w *wheel) put(fd int, due, now uint32) {
	*w.table.grow(fd) = slot{gen: 1}
	w.add(fd, due, now)
}

func (w *wheel) popAll(now uint32) (fds []int) {
	w.advance(now, func(fd int, s *slot) {
		w.remove(fd)
		fds = append(fds, fd)
	})
	return fds
}

// Against the plain reading of what a wheel does: nothing early, nothing later than asked for, everything once.
func TestWheelAgainstModel(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	_, w := newWheel()
	model := map[int]uint32{}
	now := uint32(1)
	for range 20000 {
		switch fd := rnd.IntN(3000); rnd.IntN(4) {
		case 0, 1:
			if _, in := model[fd]; !in {
				due := now + 1 + uint32(rnd.IntN(3*buckets))
				w.put(fd, due, now)
				model[fd] = due
			}
		case 2:
			if _, in := model[fd]; in {
				w.remove(fd)
				delete(model, fd)
			}
		default:
			now += uint32(rnd.IntN(40))
			if rnd.IntN(50) == 0 {
				now += 2 * buckets
			}
			for _, fd := range w.popAll(now) {
				if due, in := model[fd]; !in || due > now {
					t.Fatalf("fd %d, due %d, came at %d (known %v)", fd, due, now, in)
				}
				delete(model, fd)
			}
			for fd, due := range model {
				if due <= now {
					t.Fatalf("fd %d was due at %d and is still there at %d", fd, due, now)
				}
			}
		}
		if w.timed != len(model) {
			t.Fatalf("%d timed, want %d", w.timed, len(model))
		}
	}
}

// A timeout that has passed already is due at the next tick, not a turn later.
func TestWheelPast(t *testing.T) {
	_, w := newWheel()
	w.put(3, 1, 100)
	w.put(4, 100, 100)
	if got := w.popAll(101); len(got) != 2 {
		t.Errorf("got %v, want both", got)
	}
}

func TestTable(t *testing.T) {
	tab, _ := newWheel()
	if tab.at(0) != nil || tab.at(-1) != nil || tab.at(1<<20) != nil {
		t.Error("an empty table has slots")
	}
	tab.grow(5000).gen = 7
	if tab.at(5000).gen != 7 || tab.at(1) != nil {
		t.Error("grow filled the wrong page")
	}
	n := 0
	tab.each(0, len(tab.pages), func(fd int, s *slot) { n += fd })
	if n != 5000 {
		t.Errorf("each visited %d", n)
	}
}

// However often a connection is parked anew under what is left of its limit, that stays where it is, and none comes early.
func TestLimitOutlivesParks(t *testing.T) {
	for _, m := range []moment{past, 2, moment(tick) - 1, moment(tick), moment(tick) + 1, 1e12 + 1, lastTick * moment(tick), math.MaxInt64} {
		due := dueAt(m)
		if limit := limitOf(due); dueAt(limit) != due || limit < m && due < lastTick || limit > m && limit-m >= moment(tick) {
			t.Errorf("%d: due at %d, then %d: %d", m, due, dueAt(limit), limit)
		}
	}
	if limitOf(0) != never {
		t.Error("there is one where there was none")
	}
}

//go:build !linux || portable

// The twin for all other systems: writev where package net has it, and copies.

package zerocopy

import (
	"net"
	"sync"
)

const (
	maxBuffers = 1024
	// sliceSize is what has to go out within one write deadline.
	sliceSize = 2 << 20
)

// A sender has the state of one send. It is one goroutine's.
type sender struct {
	c    *core
	bufs net.Buffers // what is left of a gathering write; moves within all
	all  [][]byte
}

var senders = sync.Pool{New: func() any { return &sender{} }}

func getSender(c *core) *sender {
	s := senders.Get().(*sender)
	s.c = c
	return s
}

func (s *sender) put() {
	clear(s.all)
	s.c, s.bufs, s.all = nil, nil, s.all[:0]
	senders.Put(s)
}

// send writes head and the range of b. It counts the bytes of b only.
func (s *sender) send(head []byte, b *Body, off, n int64) (sent int64, err error) {
	publish()
	cur := b.cursor(off, n)
	for len(head) > 0 || cur.left > 0 {
		var moved int64
		if len(head) == 0 && cur.inFile() {
			_, _, n := cur.next(sliceSize)
			moved, err = b.copyRange(counting{s.c}, cur.pos()-n, n)
		} else {
			moved, err = s.sendMemory(head, &cur)
			moved -= int64(len(head))
			head = nil
		}
		sent += max(0, moved)
		s.c.pace.progress(s.c.nc.SetWriteDeadline)
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

func (s *sender) sendMemory(head []byte, cur *cursor) (int64, error) {
	s.all = s.all[:0]
	if len(head) > 0 {
		s.all = append(s.all, head)
	}
	s.all = cur.memory(s.all, maxBuffers, sliceSize)
	s.bufs = s.all
	n, err := s.bufs.WriteTo(s.c.nc)
	note(&s.c.counts.gathers, &s.c.counts.gatherBytes, n)
	return n, err
}

// memory takes the consecutive memory segments that come next, at most limit
// of them and at most size bytes.
func (c *cursor) memory(dst [][]byte, limit int, size int64) [][]byte {
	for len(dst) < limit && c.left > 0 && size > 0 && !c.inFile() {
		s, at, n := c.next(size)
		dst = append(dst, s.mem[at:at+n])
		size -= n
	}
	return dst
}

// memoryErr: nothing is known of mappings here.
func memoryErr(err error) error { return err }

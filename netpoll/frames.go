package netpoll

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrFrameTooLong ends a Stream that was sent more than its framing allows.
var ErrFrameTooLong = errors.New("netpoll: frame too long")

const defaultMaxFrame = 1 << 20

// Frames returns a Server's OnData that calls f with each frame that split finds, which is valid during the call only. It
// stops while the Stream is not to be read from, congested or paused, and once it is closed, which bufio.ErrFinalToken does
// after its frame. split is as for a bufio.Scanner: LengthPrefix,
// Delimiter, bufio.ScanLines and others; it must find nothing in no bytes.
func Frames(split bufio.SplitFunc, f func(s *Stream, frame []byte) error) func(*Stream, []byte) (int, error) {
	return func(s *Stream, p []byte) (used int, err error) {
		for used < len(p) && !s.halted() {
			n, frame, err := split(p[used:], false)
			last := err == bufio.ErrFinalToken
			if !last && (err != nil || n == 0) {
				return used, err
			}
			used += n
			if frame != nil {
				if err := f(s, frame); err != nil {
					return used, err
				}
			}
			if last {
				s.Close()
			}
		}
		return used, nil
	}
}

// LengthPrefix is the framing in which each frame follows its length. It is a plain value, safe for concurrent use. A
// negative field makes its methods panic.
type LengthPrefix struct {
	// Size is how many bytes the length has: 1, 2, 4 or 8. Zero means 4.
	Size int
	// LittleEndian is the order of those bytes. Zero means big-endian.
	LittleEndian bool
	// Max bounds a frame; a longer one is ErrFrameTooLong as soon as its length is seen. It should be at most
	// Server.MaxRest. Zero means 1 MiB less the length's own size.
	Max int
}

// Split is a bufio.SplitFunc: it returns frames without their length.
func (l LengthPrefix) Split(p []byte, _ bool) (int, []byte, error) {
	size := l.size()
	if len(p) < size {
		return 0, nil, nil
	}
	n := l.order(p[:size])
	if n > uint64(l.max()) {
		return 0, nil, ErrFrameTooLong
	}
	if uint64(len(p)-size) < n { // not by size+n, which overflows where Max is the largest int
		return 0, nil, nil
	}
	end := size + int(n)
	return end, p[size:end:end], nil
}

// Append appends frame with its length to b. A frame longer than Max is ErrFrameTooLong.
func (l LengthPrefix) Append(b, frame []byte) ([]byte, error) {
	size, n := l.size(), uint64(len(frame))
	if n > uint64(l.max()) || size < 8 && n>>(8*size) != 0 {
		return b, ErrFrameTooLong
	}
	for i := range size {
		shift := 8 * i
		if !l.LittleEndian {
			shift = 8 * (size - 1 - i)
		}
		b = append(b, byte(n>>shift))
	}
	return append(b, frame...), nil
}

func (l LengthPrefix) size() int {
	switch l.Size {
	case 0:
		return 4
	case 1, 2, 4, 8:
		return l.Size
	}
	panic(fmt.Sprintf("netpoll: LengthPrefix.Size is %d; it must be 1, 2, 4 or 8, zero means 4", l.Size))
}

func (l LengthPrefix) max() int {
	switch {
	case l.Max > 0:
		return l.Max
	case l.Max < 0:
		panic(notNegative("LengthPrefix.Max", l.Max, "1 MiB").Error())
	}
	return defaultMaxFrame - l.size()
}

func (l LengthPrefix) order(p []byte) uint64 {
	var b [8]byte
	if l.LittleEndian {
		copy(b[:], p)
		return binary.LittleEndian.Uint64(b[:])
	}
	copy(b[8-len(p):], p)
	return binary.BigEndian.Uint64(b[:])
}

// Delimiter is the framing in which each frame ends with the same bytes. It is a plain value, safe for concurrent use. A
// negative Max makes Split panic.
type Delimiter struct {
	// By is what ends a frame. Zero means "\n".
	By string
	// Max bounds a frame; ErrFrameTooLong is known once so many bytes have no end. It should be less than
	// Server.MaxRest. Zero means 64 KiB.
	Max int
}

// Split is a bufio.SplitFunc: it returns frames without their end.
func (d Delimiter) Split(p []byte, _ bool) (int, []byte, error) {
	by, most := d.By, d.Max
	if by == "" {
		by = "\n"
	}
	switch {
	case most == 0:
		most = 64 << 10
	case most < 0:
		panic(notNegative("Delimiter.Max", most, "64 KiB").Error())
	}
	most = min(most, math.MaxInt-len(by)) + len(by)
	i := bytes.Index(p[:min(len(p), most)], []byte(by))
	switch {
	case i >= 0:
		return i + len(by), p[:i:i], nil
	case len(p) >= most:
		return 0, nil, ErrFrameTooLong
	}
	return 0, nil, nil
}

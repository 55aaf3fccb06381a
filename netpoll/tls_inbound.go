package netpoll

import (
	"crypto/tls"
	"io"
	"sync"
)

// inbound is what has come from a socket and was not yet used: some records, the last perhaps in part. Its memory comes
// from pools: 4 kB, and more only while a larger record is in it. Not safe for concurrent use. The zero value is empty.
type inbound struct {
	small *[4 << 10]byte
	large *[18 << 10]byte // has room for any record
	r, w  int             // what is unused of room()
	grown bool            // the last record would not have gone into small
}

var (
	smallRooms = sync.Pool{New: func() any { return new([4 << 10]byte) }}
	largeRooms = sync.Pool{New: func() any { return new([18 << 10]byte) }}
)

func (b *inbound) room() []byte {
	switch {
	case b.large != nil:
		return b.large[:]
	case b.small != nil:
		return b.small[:]
	}
	return nil
}

func (b *inbound) unused() []byte { return b.room()[b.r:b.w] }

// next returns the next record if it is there as a whole, else nil. It is the caller's, to decrypt where it stands, until
// fill or release. The alert is not zero where the header forbids going on.
func (b *inbound) next() (record []byte, bad tls.AlertError, err error) {
	p := b.unused()
	if len(p) < headerLen {
		return nil, 0, nil
	}
	n := recordLen(p)
	if v := uint16(p[1])<<8 | uint16(p[2]); v != tls.VersionTLS12 {
		return nil, protocolVersion, headerError(p, "received record with version %x when expecting version %x", v, tls.VersionTLS12)
	}
	if n > maxCiphertext {
		return nil, recordOverflow, headerError(p, "oversized record received with length %d", n)
	}
	if len(p) < headerLen+n {
		return nil, 0, nil
	}
	b.r += headerLen + n
	b.grown = headerLen+n > len(b.small)
	return p[:headerLen+n], 0, nil
}

// fill reads once, at least one byte or an error. What next has returned is gone then.
func (b *inbound) fill(from io.Reader) error {
	b.makeRoom()
	n, err := from.Read(b.room()[b.w:])
	b.w += n
	if n > 0 {
		return nil // the error comes again
	}
	if err == io.EOF && b.w > b.r {
		return io.ErrUnexpectedEOF
	}
	return err
}

// makeRoom leaves room for the rest of the record that has begun, whose header next has found right.
func (b *inbound) makeRoom() {
	p := b.unused()
	need := len(p) + 1
	if len(p) >= headerLen {
		need = max(need, headerLen+recordLen(p))
	}
	switch {
	case need > len(b.room()), b.large != nil && len(p) == 0 && !b.grown:
		b.moveTo(need)
	case len(p) == 0, b.r+need > len(b.room()):
		b.w = copy(b.room(), p)
		b.r = 0
	}
}

// moveTo takes the smallest memory for need bytes and moves what is unused there.
func (b *inbound) moveTo(need int) {
	old := *b
	b.small, b.large = nil, nil
	if need > len(b.small) {
		b.large = largeRooms.Get().(*[18 << 10]byte)
	} else {
		b.small = smallRooms.Get().(*[4 << 10]byte)
	}
	b.r, b.w = 0, copy(b.room(), old.unused())
	old.release()
}

// hold puts p, the beginning of a record, into an empty inbound.
func (b *inbound) hold(p []byte) {
	b.moveTo(len(p) + 1)
	b.w = copy(b.room(), p)
}

// release gives the memory back. It has held what the peer said in confidence, and goes back without.
func (b *inbound) release() {
	if b.small != nil {
		clear(b.small[:])
		smallRooms.Put(b.small)
	}
	if b.large != nil {
		clear(b.large[:])
		largeRooms.Put(b.large)
	}
	*b = inbound{}
}

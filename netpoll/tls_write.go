package netpoll

import (
	"crypto/tls"
	"sync"
)

// batch is memory for records on their way out: one, or as many as go into one write to the socket.
type batch [64 << 10]byte

type smallBatch [4<<10 + 256]byte // what net/http's buffer of 4 kB becomes

var (
	batches      = sync.Pool{New: func() any { return new(batch) }}
	smallBatches = sync.Pool{New: func() any { return new(smallBatch) }}
)

// send needs wr. It seals data into records and writes them; n is what has left as a whole.
func (c *secureConn) send(typ byte, data []byte) (n int, err error) {
	if len(data) <= 4<<10 {
		b := smallBatches.Get().(*smallBatch)
		defer smallBatches.Put(b)
		return c.sendBy(b[:0], typ, data)
	}
	b := batches.Get().(*batch)
	defer batches.Put(b)
	return c.sendBy(b[:0], typ, data)
}

func (c *secureConn) sendBy(room []byte, typ byte, data []byte) (n int, err error) {
	for n < len(data) && err == nil {
		out, m := c.pack(room, typ, data[n:])
		if _, err = c.socket.Write(out); err == nil {
			n += m
		}
	}
	return n, err
}

// pack needs wr. It seals as much of data as goes into room: m bytes. Two more records than one of a byte always do.
//
// A peer that has asked for new keys gets them here, ahead of the next record, and once however often it has asked: RFC
// 8446, 4.6.3. Were it answered by Read, one that reads nothing would hold up Read beyond every timeout.
func (c *secureConn) pack(room []byte, typ byte, data []byte) (out []byte, m int) {
	s := c.session
	for out = room; m < len(data) && cap(out)-len(out) > 2*overhead+len(updateMessage); {
		if s.out.seq >= updateAfter || c.asked.Load() {
			c.asked.Store(false)
			out = s.out.seal(s.suite, out, typeHandshake, updateMessage)
			s.out.update(s.suite)
		}
		n := min(len(data)-m, cap(out)-len(out)-overhead, c.sizes.next(typ))
		out = s.out.seal(s.suite, out, typ, data[m:m+n])
		m += n
	}
	return out, m
}

// updateMessage does not ask for one in return.
var updateMessage = []byte{keyUpdate, 0, 0, 1, 0}

// alert needs wr. Nothing follows one.
func (c *secureConn) alert(a tls.AlertError) error {
	if c.finished || c.writeErr != nil {
		return c.writeErr
	}
	level := byte(alertFatal)
	if a == closeNotify {
		level = alertWarning
	}
	_, err := c.send(typeAlert, []byte{level, byte(a)})
	c.finished = err == nil
	switch {
	case err != nil:
		c.writeErr = final(err)
	case a != closeNotify:
		c.writeErr = final(localError(a))
	}
	return err
}

// recordSizes is tls.Config.DynamicRecordSizingDisabled, as crypto/tls goes about it: the first records of a connection fit
// into one segment each, and then they grow. It begins anew after each park, when the way to the peer has been idle.
type recordSizes struct {
	whole   bool
	records int
}

func (r *recordSizes) next(typ byte) int {
	const segment = 1208 - overhead
	if r.whole || typ != typeData || r.records >= maxPlaintext/segment {
		return maxPlaintext
	}
	r.records++
	return segment * r.records
}

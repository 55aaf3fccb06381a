package netpoll

import "sync"

const chunkSize = 4 << 10

// outbox is what a Stream has to send, in order. A chunk that waits, for a worker, holds up those behind it. The Stream's
// mu guards it.
type outbox struct {
	head, tail *chunk
	bytes      int // of chunks that do not wait
}

type chunk struct {
	b     []byte // not sent yet
	home  []byte // of a pooled chunk: all of it
	waits bool
	next  *chunk
}

// chunks are lent to outboxes, so that a connection with nothing to send holds none.
var chunks = sync.Pool{New: func() any { return &chunk{home: make([]byte, chunkSize)} }}

func (o *outbox) empty() bool { return o.head == nil }

// ready reports whether something can be sent now.
func (o *outbox) ready() bool { return o.head != nil && !o.head.waits }

func (o *outbox) push(c *chunk) {
	if o.tail == nil {
		o.head = c
	} else {
		o.tail.next = c
	}
	o.tail = c
}

// write copies p.
func (o *outbox) write(p []byte) {
	o.bytes += len(p)
	if t := o.tail; t != nil && !t.waits && t.home != nil && cap(t.b)-len(t.b) >= len(p) {
		t.b = append(t.b, p...)
		return
	}
	if len(p) > chunkSize {
		o.push(&chunk{b: append([]byte(nil), p...)})
		return
	}
	c := chunks.Get().(*chunk)
	c.b = append(c.home[:0], p...)
	o.push(c)
}

// reserve holds a place for what fill will bring.
func (o *outbox) reserve() *chunk {
	c := &chunk{waits: true}
	o.push(c)
	return c
}

func (o *outbox) fill(c *chunk, b []byte) {
	c.b, c.waits = b, false
	o.bytes += len(b)
}

// gather appends what can be sent now to bufs, up to its capacity.
func (o *outbox) gather(bufs [][]byte) [][]byte {
	for c := o.head; c != nil && !c.waits && len(bufs) < cap(bufs); c = c.next {
		if len(c.b) > 0 {
			bufs = append(bufs, c.b)
		}
	}
	return bufs
}

// sent forgets n bytes, and chunks that have none left.
func (o *outbox) sent(n int) {
	o.bytes -= n
	for c := o.head; c != nil && !c.waits; c = o.head {
		if n < len(c.b) {
			c.b = c.b[n:]
			return
		}
		n -= len(c.b)
		o.drop(c)
	}
}

func (o *outbox) drop(c *chunk) {
	if o.head = c.next; o.head == nil {
		o.tail = nil
	}
	if c.home != nil {
		*c = chunk{home: c.home}
		chunks.Put(c)
	}
}

// clear forgets everything. The chunks are not given back: a wire may still be reading them.
func (o *outbox) clear() { *o = outbox{} }

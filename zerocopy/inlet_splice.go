//go:build linux && !portable

package zerocopy

import (
	"io"
	"sync"
	"unsafe"
)

// An inlet takes the bytes of an HTTP body into a pipe although they come
// through readers of net/http. It has a range of memory of its own: a conn of
// ours that is asked to read into it fills the pipe instead and says how many
// bytes they are; those that net/http had read ahead land in the memory. It
// belongs to the goroutine that took it, and so do the reads.
type inlet struct {
	i    int
	pipe *pipe
}

const (
	inletCount = 128
	inletSize  = pipeSize
	// inletMin is more than any buffer of net/http that could take the bytes of
	// the memory for those of the body, and about where splice begins to pay.
	inletMin = 16 << 10
)

// inletMemory is address space: what net/http reads ahead touches a page or two.
var inletMemory [inletCount][inletSize]byte

// inlets has those in use by number. An entry is written by the goroutine that
// has taken the number, and read by it alone, since nobody else reads into its
// memory.
var inlets struct {
	list [inletCount]*inlet
	mu   sync.Mutex // guards what follows
	free []int
	next int
}

// takeInlet returns nil if all are in use, or there are no descriptors.
func takeInlet(counts *counters) *inlet {
	p := getPipe(counts)
	if p == nil {
		return nil
	}
	inlets.mu.Lock()
	defer inlets.mu.Unlock()
	in := &inlet{pipe: p}
	switch last := len(inlets.free) - 1; {
	case last >= 0:
		in.i = inlets.free[last]
		inlets.free = inlets.free[:last]
	case inlets.next < inletCount:
		in.i = inlets.next
		inlets.next++
	default:
		p.put()
		return nil
	}
	inlets.list[in.i] = in
	return in
}

func (in *inlet) put() {
	in.pipe.put()
	inlets.mu.Lock()
	defer inlets.mu.Unlock()
	inlets.list[in.i] = nil
	inlets.free = append(inlets.free, in.i)
}

func (in *inlet) memory() []byte { return inletMemory[in.i][:] }

// inletOf returns the inlet p is the memory of. Addresses are compared as
// numbers only, see isToken.
func inletOf(p []byte) *inlet {
	if len(p) < inletMin {
		return nil
	}
	off := uintptr(unsafe.Pointer(unsafe.SliceData(p))) - uintptr(unsafe.Pointer(&inletMemory))
	if off >= unsafe.Sizeof(inletMemory) {
		return nil
	}
	return inlets.list[off/inletSize]
}

// read is Read of c into in's memory.
func (in *inlet) read(c *core, p []byte) (int, error) {
	// Whoever reads twice without handing on what came puts bytes of both kinds
	// together: relay will see that the counts differ.
	if in.pipe.held > 0 || !byHTTP() {
		return c.nc.Read(p)
	}
	n, err := in.pipe.fill(c.raw, len(p))
	switch {
	case err == errNoSplice:
		return c.nc.Read(p)
	case err != nil:
		return 0, socket{nc: c.nc}.failed("read", err)
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// relay sends what comes out of f, at most limit bytes.
func (c *core) relay(f *inflow, limit int64) (sent int64, err error) {
	in := takeInlet(c.counts)
	if in == nil {
		return io.Copy(plain{c}, io.LimitReader(f, limit))
	}
	defer in.put()
	for sent < limit {
		n, rerr := f.Read(in.memory()[:min(limit-sent, inletSize)])
		m, err := c.forward(in, n)
		sent += int64(m)
		switch {
		case err != nil:
			return sent, err
		case rerr == io.EOF:
			return sent, nil
		case rerr != nil:
			return sent, rerr
		}
	}
	return sent, nil
}

// forward sends the n bytes that a read of f gave.
func (c *core) forward(in *inlet, n int) (int, error) {
	switch in.pipe.held {
	case 0:
		if n == 0 {
			return 0, nil
		}
		return c.Write(in.memory()[:n])
	case n:
	default:
		return 0, c.fail(errMisplaced)
	}
	to := socket{c.raw, c.nc, c}
	if err := to.ready(); err != nil {
		return 0, err
	}
	n, err := in.pipe.drain(c.raw)
	if err != nil {
		return n, to.failed("write", err)
	}
	to.progress()
	return n, nil
}

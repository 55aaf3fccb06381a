package zerocopy

import "sync/atomic"

// A Stats is a value, copy freely: what the conns of a [Listener] or [Dialer] have
// asked of the kernel to write since it was made. All its fields are counters that
// only grow. Calls that found the socket full are counted.
type Stats struct {
	Writes    uint64 // plain writes: of net/http's own buffers, and of what is one short piece
	Gathers   uint64 // sendmsg, or writev where that is what the system has
	Sendfiles uint64 // sendfile
	Splices   uint64 // splice from another socket
	Passed    uint64 // ReadFrom calls with a source that is not a Body, handed on
	Held      uint64 // headers that waited for their body and left with it

	WriteBytes    uint64 // by Writes
	GatherBytes   uint64 // by Gathers, held headers included
	SendfileBytes uint64 // by Sendfiles
	SpliceBytes   uint64 // by Splices
	PassedBytes   uint64 // by Passed
}

// counters are written by every conn of a Listener. Each is atomic by itself;
// a Stats read while conns write may show a call without its bytes.
type counters struct {
	writes, gathers, sendfiles, splices, passed, held                atomic.Uint64
	writeBytes, gatherBytes, sendfileBytes, spliceBytes, passedBytes atomic.Uint64
}

func (c *counters) snapshot() Stats {
	return Stats{
		Writes:    c.writes.Load(),
		Gathers:   c.gathers.Load(),
		Sendfiles: c.sendfiles.Load(),
		Splices:   c.splices.Load(),
		Passed:    c.passed.Load(),
		Held:      c.held.Load(),

		WriteBytes:    c.writeBytes.Load(),
		GatherBytes:   c.gatherBytes.Load(),
		SendfileBytes: c.sendfileBytes.Load(),
		SpliceBytes:   c.spliceBytes.Load(),
		PassedBytes:   c.passedBytes.Load(),
	}
}

// note counts a call and the bytes it moved; n may be -1 from a failed call.
func note(calls, bytes *atomic.Uint64, n int64) {
	calls.Add(1)
	bytes.Add(uint64(max(0, n)))
}

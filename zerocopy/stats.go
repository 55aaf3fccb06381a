package zerocopy

import "sync/atomic"

// Stats counts what the conns of a [Listener] or [Dialer] asked of the kernel to write,
// since the Listener was made. Calls that found the socket full are counted.
// A Stats is a plain value.
type Stats struct {
	Writes    int64 // plain writes, of net/http's own buffers for the most part
	Gathers   int64 // sendmsg, or writev where that is what the system has
	Sendfiles int64 // sendfile
	Splices   int64 // splice from another socket
	Passed    int64 // ReadFrom calls with a source that is not a Body, handed on
	Held      int64 // headers that waited for their body and left with it

	WriteBytes    int64 // by Writes
	GatherBytes   int64 // by Gathers, held headers included
	SendfileBytes int64 // by Sendfiles
	SpliceBytes   int64 // by Splices
	PassedBytes   int64 // by Passed
}

// counters are written by every conn of a Listener. Each is atomic by itself;
// a Stats read while conns write may show a call without its bytes.
type counters struct {
	writes, gathers, sendfiles, splices, passed, held                atomic.Int64
	writeBytes, gatherBytes, sendfileBytes, spliceBytes, passedBytes atomic.Int64
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
func note(calls, bytes *atomic.Int64, n int64) {
	calls.Add(1)
	bytes.Add(max(0, n))
}

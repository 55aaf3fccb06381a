package netpoll

import "time"

// record is what is known of a connection and outlives a park. It holds no pointer: a parked connection costs the
// garbage collector nothing. Its owner is the gate while the connection is awake and the slot while it is parked.
type record struct {
	id       uint64
	accepted time.Duration // since Listener.start, so that the monotonic clock survives
	served   uint32
	begun    bool // a byte has reached the server: no longer under FirstByteTimeout
	post     bool // the last request was a POST; see method
}

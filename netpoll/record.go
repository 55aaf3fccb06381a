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
	options  options
}

// options is what is known of the socket options that a wake overwrites.
type options uint8

const (
	unread  options = iota
	usual           // they are what a wake makes of them, and nobody has had a way to change them since they were read
	exposed         // somebody was given a way to the socket, and may have kept it
)

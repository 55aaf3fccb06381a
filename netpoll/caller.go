package netpoll

import "runtime"

// acceptedByHTTP reports whether the caller of Accept is net/http's Serve, so that no conn of another listener, which
// might have to see the first bytes of a connection, stands between it and ours. Where net/http is renamed or changed it
// reports false and parking without a hook is off.
func acceptedByHTTP() bool {
	var pcs [2]uintptr
	n := runtime.Callers(3, pcs[:]) // Callers, acceptedByHTTP, Accept
	frames := runtime.CallersFrames(pcs[:n])
	f, more := frames.Next()
	if f.Function == "net/http.(*onceCloseListener).Accept" && more {
		f, _ = frames.Next()
	}
	return f.Function == "net/http.(*Server).Serve"
}

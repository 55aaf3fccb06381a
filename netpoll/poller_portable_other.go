//go:build !unix

package netpoll

// seesHangUp: a read of zero bytes, which is how the runtime waits here, does not tell an end from bytes.
const seesHangUp = false

func targetFD(int) (target, error) { return target{}, ErrNotPollable }

// prober waits first and takes that for readiness. A send is not waited for: the system has no way.
func prober(want Event) func(fd uintptr) Event {
	waited := want&Writable != 0
	return func(uintptr) Event {
		if !waited {
			waited = true
			return 0
		}
		return want &^ HangUp
	}
}

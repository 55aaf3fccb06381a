//go:build linux

package main

import (
	"runtime"
	"syscall"
	"time"
)

// prSetTimerSlack is PR_SET_TIMERSLACK. See prctl(2).
const prSetTimerSlack = 29

// Pause waits for points in time, to some microseconds. Owned by one goroutine,
// which stays on one thread from newPause to end.
//
// time.Sleep will not do: the runtime waits in epoll_wait, which counts in
// milliseconds, and that would be most of the latency measured.
type Pause struct{ procs int }

// newPause also allows one more running goroutine: the pacer holds its own slot
// while it sleeps in the kernel, and must not take it from the receivers.
func newPause() Pause {
	runtime.LockOSThread()
	// The default slack of 50 µs is added to each sleep of this thread.
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 1, 0)
	return Pause{procs: runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)}
}

func (p Pause) until(t time.Time) {
	for d := time.Until(t); d > 0; d = time.Until(t) { // again after a signal
		ts := syscall.NsecToTimespec(int64(d))
		syscall.Nanosleep(&ts, nil)
	}
}

// end gives the thread back; 0 restores its default slack.
func (p Pause) end() {
	runtime.GOMAXPROCS(p.procs)
	syscall.RawSyscall(syscall.SYS_PRCTL, prSetTimerSlack, 0, 0)
	runtime.UnlockOSThread()
}

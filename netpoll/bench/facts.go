//go:build linux

package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// facts is what a server says of itself. All but CPU are bytes or counts after a collection.
type facts struct {
	RssAnon    int
	Goroutines int
	Threads    int   `json:",omitempty"` // never given back; the runtime allocates 48 kB of stacks for each
	Peak       int   `json:",omitempty"` // most goroutines at once so far, seen every 2 ms
	Heap       int   `json:",omitempty"` // spans in use, descriptors of all goroutines there ever were at once among them
	Stacks     int   `json:",omitempty"`
	Held       int   `json:",omitempty"` // free spans not given back to the system
	Other      int   `json:",omitempty"` // what the runtime never gives back, descriptors of its poller among it
	CPU        int64 `json:",omitempty"` // microseconds
}

func look(collect bool) (f facts) {
	var m runtime.MemStats
	if collect {
		debug.FreeOSMemory() // collects first
		runtime.ReadMemStats(&m)
		f.Heap, f.Stacks, f.Held, f.Other = int(m.HeapInuse), int(m.StackInuse), int(m.HeapIdle-m.HeapReleased), int(m.OtherSys)
		f.Peak = int(peak.Load())
	}
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	f.CPU = (u.Utime.Nano() + u.Stime.Nano()) / 1000
	f.Goroutines = runtime.NumGoroutine()
	status, _ := os.ReadFile("/proc/self/status")
	f.RssAnon = number(status, "RssAnon:") * 1024
	if collect {
		f.Threads = number(status, "Threads:")
	}
	return f
}

// number is what stands behind name.
func number(status []byte, name string) (n int) {
	if _, rest, ok := strings.Cut(string(status), name); ok {
		fmt.Sscan(rest, &n)
	}
	return n
}

var (
	sampled = flag.Bool("peak", false, "let the server look how many goroutines it has at once")
	peak    atomic.Int64 // written by samplePeak alone
)

func samplePeak() {
	for range time.Tick(2 * time.Millisecond) {
		peak.Store(max(peak.Load(), int64(runtime.NumGoroutine())))
	}
}

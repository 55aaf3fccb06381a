package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/hotpath-go/hotpath/netpoll"
)

// figures is what GET /stats answers. RSS is 0 where the system has no /proc.
type figures struct {
	Goroutines int            `json:"goroutines"`
	Heap       uint64         `json:"heap"`
	RSS        int            `json:"rss"`
	Park       bool           `json:"park"`
	Stats      *netpoll.Stats `json:"stats,omitempty"`
}

func report(l *netpoll.Listener, collect bool) []byte {
	if collect {
		runtime.GC()
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f := figures{Goroutines: runtime.NumGoroutine(), Heap: m.HeapInuse, RSS: rss(), Park: l != nil}
	if l != nil {
		s := l.Stats()
		f.Stats = &s
	}
	b, err := json.Marshal(f)
	if err != nil {
		panic(err) // a struct of numbers
	}
	return append(b, '\n')
}

func rss() (bytes int) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	if _, rest, ok := strings.Cut(string(b), "VmRSS:"); ok {
		fmt.Sscan(rest, &bytes)
	}
	return bytes * 1024
}

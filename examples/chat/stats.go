package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// figures is what GET /stats answers; with ?gc=1 after a collection. RSS is 0 where the system has no /proc.
type figures struct {
	Members    int    `json:"members"`
	Goroutines int    `json:"goroutines"`
	Heap       uint64 `json:"heap"`
	RSS        int    `json:"rss"`
}

func (r *room) stats(w http.ResponseWriter, req *http.Request) {
	if req.FormValue("gc") == "1" {
		runtime.GC()
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f := figures{Members: len(r.present()), Goroutines: runtime.NumGoroutine(), Heap: m.HeapInuse, RSS: rss()}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(f)
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

func page(w http.ResponseWriter, _ *http.Request) {
	io.WriteString(w, `<!doctype html><title>chat</title><input autofocus placeholder="say"><pre></pre><script>
const s = new WebSocket("ws://" + location.host + "/ws"), i = document.querySelector("input")
s.onmessage = e => document.querySelector("pre").append(e.data + "\n")
i.onchange = () => { s.send(i.value); i.value = "" }
</script>`)
}

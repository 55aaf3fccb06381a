//go:build linux

// Measure runs the servers beside each other, in alternated rounds, and writes
// one JSON line for each server and size to -out:
//
//	go run ./measure -what files -out results/files.jsonl
//	go run ./measure -what pages -out results/pages.jsonl
//	go run ./measure -what sends -each 100ms -cc cubic -out results/sends-cubic.jsonl    # and bbr
//	go run ./measure -what calls -out results/calls.jsonl                                # needs strace
//	go run ./measure -what costs -out results/costs.jsonl
//
// Each server is a process of its own on processor 1, with one thread of Go or
// one nginx worker; the client, 16 connections, is on processor 0 and drops
// bodies in the kernel (MSG_TRUNC). All listeners use the same congestion
// control. nginx must be installed.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/zerocopy/bench/result"
)

func main() {
	serving := flag.String("serve", "", "internal: be this server")
	dir := flag.String("dir", "", "internal: its files")
	what := flag.String("what", "files", "files, pages, sends, calls or costs")
	out := flag.String("out", "", "result; empty means standard output")
	rounds := flag.Int("rounds", 9, "alternated rounds")
	each := flag.Duration("each", 350*time.Millisecond, "time for each cell")
	cc := flag.String("cc", "cubic", "congestion control")
	only := flag.String("only", "", "servers, by space; empty means all")
	size := flag.Int64("size", 0, "one size; 0 means all")
	flag.Parse()
	if *serving != "" {
		serve(*serving, *dir)
		return
	}
	kinds, sizes := []string{"net/http", "gin", "nginx", "zerocopy", "zerocopy-gin"}, []int64{1 << 10, 256 << 10, 16 << 20}
	if *what == "pages" {
		kinds, sizes = []string{"page-chunked", "page-zerocopy", "page-gin", "page-gin-zerocopy"}, []int64{4 << 10, 64 << 10}
	}
	if *what == "sends" {
		kinds = []string{"send-zerocopy-parts", "send-writev", "send-joined", "send-zerocopy-file", "send-sendfile", "send-read",
			"send-zerocopy-mapping", "send-write", "send-memfd"}
		sizes = []int64{512, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20}
	}
	if *what == "calls" {
		sizes = append(sizes, 512, 4<<10, 32<<10)
	}
	if *only != "" {
		kinds = strings.Split(*only, " ")
	}
	if *size != 0 {
		sizes = []int64{*size}
	}
	runtime.GOMAXPROCS(1)
	pin(0)
	tmp, err := os.MkdirTemp("", "zerocopy-bench")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	os.Chmod(tmp, 0o755)
	for _, size := range sizes {
		p := make([]byte, size)
		for i := range p {
			p[i] = byte(i * 31)
		}
		name := filepath.Join(tmp, strconv.FormatInt(size, 10))
		if err := os.WriteFile(name, p, 0o644); err != nil {
			log.Fatal(err)
		}
		// An ETag of a recent time is weak, and then longer than later: the client
		// takes all responses to be as long as the first.
		os.Chtimes(name, time.Unix(1e9, 0), time.Unix(1e9, 0))
	}
	to := os.Stdout
	if *out != "" {
		if to, err = os.Create(*out); err != nil {
			log.Fatal(err)
		}
		defer to.Close()
	}
	var uts unix.Utsname
	unix.Uname(&uts)
	head := result.Head{What: *what, Command: fmt.Sprintf("go run ./measure -what %s -rounds %d -each %v -cc %s", *what, *rounds, *each, *cc), Go: runtime.Version(),
		Machine: fmt.Sprintf("%d-core Linux %.4s VM", runtime.NumCPU(), unix.ByteSliceToString(uts.Release[:])), Congestion: *cc}
	enc := json.NewEncoder(to)
	switch *what {
	case "costs":
		enc.Encode(head)
		costs(enc, tmp)
		return
	case "calls":
		enc.Encode(head)
		for _, k := range kinds {
			enc.Encode(countCalls(k, k, tmp, *cc, 1<<10, 256<<10, 16<<20))
		}
		enc.Encode(countCalls("zerocopy", "zerocopy, a file of 256 KiB", tmp, *cc, 256<<10))
		enc.Encode(countCalls("parts-zerocopy", "zerocopy, 0.5, 4, 32 KiB in 16 parts", tmp, *cc, 512, 4<<10, 32<<10))
		enc.Encode(countCalls("part-zerocopy", "zerocopy, 0.5, 4, 32 KiB in 1 part", tmp, *cc, 512, 4<<10, 32<<10))
		return
	}
	var servers []*server
	for _, k := range kinds {
		s := start(k, tmp, *cc)
		defer s.stop()
		servers = append(servers, s)
	}
	res := result.File{Head: head}
	for _, size := range sizes {
		for round := range *rounds {
			for i := range servers {
				s := servers[(i+round)%len(servers)]
				perSec, cpu := s.measure(size, *each)
				res.Add(s.kind, size, perSec, cpu)
			}
		}
	}
	check(res.Write(to))
}

func pin(cpu int) {
	var set unix.CPUSet
	set.Set(cpu)
	// 0 is this thread: with GOMAXPROCS 1 and threads inheriting it, all that run Go.
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, t := range tasks {
		id, _ := strconv.Atoi(t.Name())
		unix.SchedSetaffinity(id, &set)
	}
}

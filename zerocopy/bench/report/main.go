// Report writes the bars, as results/ has them, into the README of the module:
//
//	go run ./report
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

type cell struct {
	Server string
	Size   int64
	Round  int
	PerSec float64 `json:"per_s"`
	CPU    float64 `json:"cpu_us"`
}

type result struct {
	head  struct{ What, Command, Go, Machine, Congestion string }
	cells map[string]cell
}

// A bar compares ours with theirs in the same round.
type bar struct {
	file, text, ours, theirs string
	size                     int64
	cpu                      bool // lower is better, and want is an upper bound
	want                     float64
}

var bars = []bar{
	{"files", "gin StaticFS, 16 MiB, req/s", "zerocopy-gin", "gin", 16 << 20, false, 5},
	{"files", "gin StaticFS, 16 MiB, req/s, by nginx in our place", "nginx", "gin", 16 << 20, false, 5},
	{"files", "gin StaticFS, 256 KiB, req/s", "zerocopy-gin", "gin", 256 << 10, false, 3},
	{"files", "gin StaticFS, 1 KiB, req/s", "zerocopy-gin", "gin", 1 << 10, false, 2},
	{"files", "nginx, 256 KiB, CPU a GB", "zerocopy", "nginx", 256 << 10, true, 1.25},
	{"files", "nginx, 16 MiB, CPU a GB", "zerocopy", "nginx", 16 << 20, true, 1.05},
	{"files", "http.FileServer, 1 KiB, req/s", "zerocopy", "net/http", 1 << 10, false, 1.8},
	{"files", "http.FileServer, 16 MiB, req/s", "zerocopy", "net/http", 16 << 20, false, 1},
	{"files", "nginx, 1 KiB, req/s", "zerocopy", "nginx", 1 << 10, false, 1},
	{"pages", "three chunked writes, 4 KiB, req/s", "page-zerocopy", "page-chunked", 4 << 10, false, 1.2},
	{"pages", "three chunked writes, 64 KiB, req/s", "page-zerocopy", "page-chunked", 64 << 10, false, 1.5},
	{"pages", "the same in gin, 4 KiB, req/s", "page-gin-zerocopy", "page-gin", 4 << 10, false, 1.2},
	{"pages", "the same in gin, 64 KiB, req/s", "page-gin-zerocopy", "page-gin", 64 << 10, false, 1.5},
}

// ways compares two ways to send the same bytes in the same round, at all sizes. taken says from which size on the
// module takes ours rather than theirs.
type ways struct {
	file, text, ours, theirs string
	taken                    int64
}

const never = 1 << 62

var compared = []ways{
	{"paths-cubic", "cubic: memfd by sendfile / by write", "memfd", "write", 8 << 20},
	{"paths-bbr", "bbr: memfd by sendfile / by write", "memfd", "write", 8 << 20},
	{"paths-cubic", "cubic: file by sendfile / read and written", "sendfile", "pread", 16<<10 + 1},
	{"paths-bbr", "bbr: file by sendfile / read and written", "sendfile", "pread", 16<<10 + 1},
	{"paths-cubic", "cubic: 16 parts / one", "writev", "write", never},
	{"paths-bbr", "bbr: 16 parts / one", "writev", "write", never},
}

const begin, end = "<!-- bars: written by bench/report -->\n", "<!-- end of bars -->"

func main() {
	results := map[string]result{}
	for _, name := range []string{"files", "pages", "sends-cubic", "sends-bbr", "paths-cubic", "paths-bbr"} {
		results[name] = read("results/" + name + ".jsonl")
	}
	var b bytes.Buffer
	h := results["files"].head
	fmt.Fprintf(&b, "%s, %s, %s; one run, alternated rounds, ratios with 95 %% bootstrap interval.\n", h.Machine, strings.Replace(h.Go, "go", "Go ", 1), h.Congestion)
	fmt.Fprintf(&b, "`%s`, `%s`\n\n", h.Command, results["pages"].head.Command)
	fmt.Fprint(&b, "| against | ours | theirs | server busy | ratio | bar | |\n|---|--:|--:|--:|--:|--:|---|\n")
	for _, x := range bars {
		b.WriteString(x.row(results[x.file]))
	}
	b.WriteString(costTable())
	b.WriteString(callTable())
	b.WriteString(sweep(results["sends-cubic"], results["sends-bbr"]))
	fmt.Fprint(&b, "\nThe sender's CPU by one way of the kernel over its CPU by another, with interval; `*` where the module takes the first:\n\n")
	fmt.Fprintf(&b, "`%s`, `%s`\n\n", results["paths-cubic"].head.Command, results["paths-bbr"].head.Command)
	fmt.Fprint(&b, "| |")
	for _, n := range sizes {
		fmt.Fprint(&b, " ", inKiB(n), " |")
	}
	fmt.Fprint(&b, "\n|---|"+strings.Repeat("--:|", len(sizes))+"\n")
	for _, x := range compared {
		b.WriteString(x.row(results[x.file]))
	}
	page, err := os.ReadFile("../README.md")
	if err != nil {
		log.Fatal(err)
	}
	i, j := bytes.Index(page, []byte(begin)), bytes.Index(page, []byte(end))
	if i < 0 || j < i {
		log.Fatal("README.md has no place for the bars")
	}
	out := slices.Concat(page[:i], []byte(begin), b.Bytes(), page[j:])
	if err := os.WriteFile("../README.md", out, 0o644); err != nil {
		log.Fatal(err)
	}
}

func read(name string) (r result) {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	r.cells = map[string]cell{}
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if r.head.What == "" {
			err = json.Unmarshal(sc.Bytes(), &r.head)
		} else {
			var c cell
			err = json.Unmarshal(sc.Bytes(), &c)
			r.cells[key(c.Server, c.Size, c.Round)] = c
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	return r
}

func key(server string, size int64, round int) string {
	return fmt.Sprint(server, " ", size, " ", round)
}

func (x bar) row(r result) string {
	var ours, theirs, ratios, busyOurs, busyTheirs []float64
	for round := 0; ; round++ {
		a, ok := r.cells[key(x.ours, x.size, round)]
		if !ok {
			break
		}
		b := r.cells[key(x.theirs, x.size, round)]
		busyOurs, busyTheirs = append(busyOurs, a.busy()), append(busyTheirs, b.busy())
		va, vb := a.PerSec, b.PerSec
		if x.cpu { // seconds for 10^9 bytes
			va, vb = a.CPU*1e3/float64(x.size), b.CPU*1e3/float64(x.size)
		}
		ours, theirs, ratios = append(ours, va), append(theirs, vb), append(ratios, va/vb)
	}
	lo, hi := interval(ratios)
	verdict, sign, format := "undecided", "≥", "%.0f"
	if x.cpu {
		sign, format = "≤", "%.3f s"
		lo, hi = -hi, -lo
		x.want = -x.want
	}
	switch {
	case lo >= x.want:
		verdict = "met"
	case hi < x.want:
		verdict = "missed"
	}
	if x.cpu {
		lo, hi, x.want = -hi, -lo, -x.want
	}
	return fmt.Sprintf("| %s | "+format+" | "+format+" | %.0f, %.0f %% | %.2f (%.2f–%.2f) | %s %.2f | %s |\n", x.text,
		median(ours), median(theirs), 100*median(busyOurs), 100*median(busyTheirs), median(ratios), lo, hi, sign, x.want, verdict)
}

// busy is the share of its processor that the server used.
func (c cell) busy() float64 { return min(1, c.PerSec*c.CPU/1e6) }

var sizes = []int64{512, 4 << 10, 16 << 10, 32 << 10, 128 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 64 << 20}

func inKiB(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprint(n>>20, " MiB")
	case n >= 1<<10:
		return fmt.Sprint(n>>10, " KiB")
	}
	return fmt.Sprint(n, " B")
}

func (x ways) row(r result) string {
	out := "| " + x.text + " |"
	for _, size := range sizes {
		var ratios []float64
		for round := 0; ; round++ {
			a, ok := r.cells[key(x.ours, size, round)]
			if !ok {
				break
			}
			ratios = append(ratios, a.CPU/r.cells[key(x.theirs, size, round)].CPU)
		}
		if len(ratios) == 0 {
			out += " |"
			continue
		}
		mark := ""
		if size >= x.taken {
			mark = "*"
		}
		lo, hi := interval(ratios)
		out += fmt.Sprintf(" %.2f%s (%.2f–%.2f) |", median(ratios), mark, lo, hi)
	}
	return out + "\n"
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// interval is that of the median, by resampling rounds.
func interval(v []float64) (lo, hi float64) {
	r := rand.New(rand.NewPCG(1, 2))
	var m []float64
	for range 2000 {
		s := make([]float64, len(v))
		for i := range s {
			s[i] = v[r.IntN(len(v))]
		}
		m = append(m, median(s))
	}
	slices.Sort(m)
	return m[len(m)/40], m[len(m)-len(m)/40-1]
}

// A family has the ways to send the same bytes; the first is the module's.
var families = []struct {
	text string
	ways []string
}{
	{"16 parts", []string{"send-zerocopy-parts", "send-writev", "send-joined"}},
	{"file", []string{"send-zerocopy-file", "send-sendfile", "send-read"}},
	{"Mapping", []string{"send-zerocopy-mapping", "send-write", "send-memfd"}},
}

// sweep compares Send with the best other way at each size. Which one that is
// is told by the medians, so that luck in single rounds does not choose it.
func sweep(all ...result) string {
	var sizes []int64
	for _, c := range all[0].cells {
		if !slices.Contains(sizes, c.Size) {
			sizes = append(sizes, c.Size)
		}
	}
	slices.Sort(sizes)
	out := "\nThe server's CPU by `Send` of a header and a body over its CPU by the best other way of a Go program (16 parts: `net.Buffers`, joined and written; " +
		"file: `ReadFrom`, read and written; Mapping: written, `ReadFrom` of a memfd), with interval; **bold** where it is measurably behind:\n\n"
	for i, r := range all {
		out += strings.Repeat(", ", min(i, 1)) + "`" + r.head.Command + "`"
	}
	out += "\n\n| |"
	for _, n := range sizes {
		out += " " + inKiB(n) + " |"
	}
	out += "\n|---|" + strings.Repeat("--:|", len(sizes)) + "\n"
	for _, f := range families {
		for _, r := range all {
			out += "| " + r.head.Congestion + ": " + f.text + " |"
			for _, n := range sizes {
				out += r.against(f.ways, n)
			}
			out += "\n"
		}
	}
	return out
}

func (r result) against(ways []string, size int64) string {
	cpu := make([][]float64, len(ways))
	best := 1
	for i, w := range ways {
		for round := 0; ; round++ {
			c, ok := r.cells[key(w, size, round)]
			if !ok {
				break
			}
			cpu[i] = append(cpu[i], c.CPU)
		}
		if i > 0 && median(cpu[i]) < median(cpu[best]) {
			best = i
		}
	}
	var ratios []float64
	for round := range cpu[0] {
		ratios = append(ratios, cpu[0][round]/cpu[best][round])
	}
	lo, hi := interval(ratios)
	mark := ""
	if lo > 1 {
		mark = "**"
	}
	return fmt.Sprintf(" %s%.2f%s (%.2f–%.2f) |", mark, median(ratios), mark, lo, hi)
}

// costTable is what is counted once and not timed.
func costTable() string {
	f, err := os.Open("results/costs.jsonl")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Scan()
	var head struct{ Command string }
	if err := json.Unmarshal(sc.Bytes(), &head); err != nil {
		log.Fatal(err)
	}
	out := "\nCounted: `" + head.Command + "`\n\n| | | bar | |\n|---|--:|--:|---|\n"
	for sc.Scan() {
		var c struct {
			What       string
			Value, Bar float64
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			log.Fatal(err)
		}
		verdict := "met"
		if c.Value > c.Bar {
			verdict = "missed"
		}
		out += fmt.Sprintf("| %s | %.0f | ≤ %.0f | %s |\n", c.What, c.Value, c.Bar, verdict)
	}
	return out
}

// callTable is what strace counted for each request of a file that was sent before.
func callTable() string {
	f, err := os.Open("results/calls.jsonl")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Scan()
	var head struct{ Command string }
	if err := json.Unmarshal(sc.Bytes(), &head); err != nil {
		log.Fatal(err)
	}
	out := "\nSystem calls for each request of a cached file (1 KiB, 256 KiB and 16 MiB in turn) or of a body that a row names, by strace: `" + head.Command + "`\n\n" +
		"| server | open | stat, fstat, statx | fcntl, lseek, epoll_ctl | close | write, writev, sendmsg | sendfile | setsockopt |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"
	for sc.Scan() {
		var c struct {
			Server string
			Each   map[string]float64
		}
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			log.Fatal(err)
		}
		out += "| " + c.Server
		for _, group := range []string{"open openat openat2", "stat fstat lstat newfstatat statx", "fcntl lseek epoll_ctl", "close", "write writev sendmsg sendto", "sendfile", "setsockopt"} {
			sum := 0.0
			for _, name := range strings.Fields(group) {
				sum += c.Each[name]
			}
			out += fmt.Sprintf(" | %.2f", sum)
		}
		out += " |\n"
	}
	return out
}

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

	"github.com/hotpath-go/hotpath/zerocopy/bench/result"
)

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
	{"paths-cubic", "cubic: memfd by sendfile / by write", "memfd", "write", 1 << 20},
	{"paths-bbr", "bbr: memfd by sendfile / by write", "memfd", "write", 1 << 20},
	{"paths-cubic", "cubic: file by sendfile / read and written", "sendfile", "pread", 16<<10 + 1},
	{"paths-bbr", "bbr: file by sendfile / read and written", "sendfile", "pread", 16<<10 + 1},
	{"paths-cubic", "cubic: file by sendfile, corked / not", "sendfile", "uncorked", 128<<10 + 1},
	{"paths-bbr", "bbr: file by sendfile, corked / not", "sendfile", "uncorked", 128<<10 + 1},
	{"paths-cubic", "cubic: 16 parts / one", "writev", "write", never},
	{"paths-bbr", "bbr: 16 parts / one", "writev", "write", never},
}

const begin, end = "<!-- bars: written by bench/report -->\n", "<!-- end of bars -->"

func main() {
	results := map[string]*result.File{}
	for _, name := range []string{"files", "pages", "sends-cubic", "sends-bbr", "paths-cubic", "paths-bbr"} {
		results[name] = read("results/" + name + ".jsonl")
	}
	var b bytes.Buffer
	h := results["files"].Head
	fmt.Fprintf(&b, "%s, %s, %s; one run, alternated rounds, ratios with 95 %% bootstrap interval.\n", h.Machine, strings.Replace(h.Go, "go", "Go ", 1), h.Congestion)
	fmt.Fprintf(&b, "`%s`, `%s`\n\n", h.Command, results["pages"].Head.Command)
	fmt.Fprint(&b, "| against | ours | theirs | server busy | ratio | bar | |\n|---|--:|--:|--:|--:|--:|---|\n")
	for _, x := range bars {
		b.WriteString(x.row(results[x.file]))
	}
	b.WriteString(costTable())
	b.WriteString(callTable())
	b.WriteString(sweep(results["sends-cubic"], results["sends-bbr"]))
	fmt.Fprint(&b, "\nThe sender's CPU by one way of the kernel over its CPU by another, with interval; `*` where the module takes the first:\n\n")
	fmt.Fprintf(&b, "`%s`, `%s`\n\n", results["paths-cubic"].Head.Command, results["paths-bbr"].Head.Command)
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

func read(name string) *result.File {
	f, err := os.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	r, err := result.Read(f)
	if err != nil {
		log.Fatal(name, ": ", err)
	}
	return r
}

func (x bar) row(r *result.File) string {
	a, b := r.Of(x.ours, x.size), r.Of(x.theirs, x.size)
	ours, theirs := a.PerSec, b.PerSec
	if x.cpu {
		ours, theirs = perGB(a), perGB(b)
	}
	ratios := over(ours, theirs)
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
		median(ours), median(theirs), 100*busy(a), 100*busy(b), median(ratios), lo, hi, sign, x.want, verdict)
}

// perGB is the CPU seconds for 10^9 bytes.
func perGB(s *result.Series) (v []float64) {
	for _, us := range s.CPU {
		v = append(v, us*1e3/float64(s.Size))
	}
	return v
}

// busy is the share of its processor that the server used.
func busy(s *result.Series) float64 {
	var v []float64
	for i, us := range s.CPU {
		v = append(v, min(1, s.PerSec[i]*us/1e6))
	}
	return median(v)
}

// over divides round by round.
func over(a, b []float64) (v []float64) {
	for i := range a {
		v = append(v, a[i]/b[i])
	}
	return v
}

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

func (x ways) row(r *result.File) string {
	out := "| " + x.text + " |"
	for _, size := range sizes {
		ratios := over(r.Of(x.ours, size).CPU, r.Of(x.theirs, size).CPU)
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
func sweep(all ...*result.File) string {
	var sizes []int64
	for _, c := range all[0].Series {
		if !slices.Contains(sizes, c.Size) {
			sizes = append(sizes, c.Size)
		}
	}
	out := "\nThe server's CPU by `Send` of a header and a body over its CPU by the best other way of a Go program (16 parts: `net.Buffers`, joined and written; " +
		"file: `ReadFrom`, read and written; Mapping: written, `ReadFrom` of a memfd), with interval; **bold** where it is measurably behind:\n\n"
	for i, r := range all {
		out += strings.Repeat(", ", min(i, 1)) + "`" + r.Head.Command + "`"
	}
	out += "\n\n| |"
	for _, n := range sizes {
		out += " " + inKiB(n) + " |"
	}
	out += "\n|---|" + strings.Repeat("--:|", len(sizes)) + "\n"
	for _, f := range families {
		for _, r := range all {
			out += "| " + r.Head.Congestion + ": " + f.text + " |"
			for _, n := range sizes {
				out += against(r, f.ways, n)
			}
			out += "\n"
		}
	}
	return out
}

func against(r *result.File, ways []string, size int64) string {
	best := r.Of(ways[1], size).CPU
	for _, w := range ways[2:] {
		if cpu := r.Of(w, size).CPU; median(cpu) < median(best) {
			best = cpu
		}
	}
	ratios := over(r.Of(ways[0], size).CPU, best)
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
		"| server | open | stat, fstat, statx | fcntl, lseek, epoll_ctl | close | write, writev, sendmsg, sendto | sendfile | setsockopt |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"
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

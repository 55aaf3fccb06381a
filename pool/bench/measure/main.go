// Command measure runs all cases in turn, round after round, so that whatever
// else the machine does meets all of them, and prints one line for each:
//
//	group | name | unit | value
//
//	go run ./measure >results/raw.txt
//
// A round runs each benchmark nine times for 10 ms, in turn with the others of
// its group, and keeps the lowest time: what else the machine does only adds. Each
// round is a program of its own, linked with its functions in another order:
// one and the same loop takes up to 8 % more or less by where it lies.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/pool/bench"
)

func main() {
	testing.Init()
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func measure() error {
	rounds := flag.Int("rounds", 15, "how many rounds; of HTTP and bursts at most 11")
	only := flag.String("groups", "", "only groups that contain this")
	requests := flag.Int("requests", 10_000, "HTTP requests in each round")
	round := flag.Int("round", -1, "measure this round here, as measure itself does")
	flag.Parse()
	wanted := func(group string) bool { return strings.Contains(group, *only) }
	if *round >= 0 {
		return one(*round, *requests, wanted)
	}
	own, err := buildInner()
	if err != nil {
		return err
	}
	defer own.remove()
	fmt.Printf("# %s, %s/%s, GOMAXPROCS %d\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	for i := range *rounds {
		if err := own.round(i); err != nil {
			return err
		}
		if wanted("counting") {
			if err := own.counting(); err != nil {
				return err
			}
		}
	}
	if wanted("waste") {
		for name, w := range bench.Wastes() {
			emit("waste", name, "%", 100*w)
		}
	}
	if wanted("use after put") {
		return corpus()
	}
	return nil
}

// one measures one round of all that needs a program of its own.
func one(round, requests int, wanted func(group string) bool) error {
	if err := flag.Set("test.benchtime", "10ms"); err != nil {
		return err
	}
	for _, group := range bench.Groups() {
		if round%2 == 1 {
			slices.Reverse(group) // who comes after whom must not matter
		}
		if wanted(group[0].Group) {
			fastest(group)
		}
	}
	if round >= 11 {
		return nil
	}
	if wanted("after a burst") {
		for name, use := range bench.Bursts() {
			emit("after a burst", name, "MiB", bench.AfterBurst(use))
		}
	}
	for group, rate := range map[string]int{"http": 0, "4000 requests/s": 4000} {
		if wanted(group) {
			traffic(group, requests, rate)
		}
	}
	return nil
}

// times is how often a round runs each benchmark.
const times = 9

// fastest runs the cases of a group in turn, several times.
func fastest(group []bench.Case) {
	ns, allocs := make([]float64, len(group)), make([]float64, len(group))
	for range times {
		for i, c := range group {
			r := testing.Benchmark(c.Run)
			if t := float64(r.T.Nanoseconds()) / float64(r.N); ns[i] == 0 || t < ns[i] {
				ns[i] = t
			}
			allocs[i] = max(allocs[i], float64(r.AllocsPerOp()))
		}
	}
	for i, c := range group {
		emit(c.Group, c.Name, "ns/op", ns[i])
		emit(c.Group, c.Name, "allocs/op", allocs[i])
	}
}

func traffic(group string, requests, rate int) {
	for name, h := range bench.Handlers() {
		t := bench.Serve(h, requests, rate)
		emit(group, name, "allocs/request", t.Allocs)
		emit(group, name, "bytes/request", t.Bytes)
		emit(group, name, "GCs", t.GCs)
		emit(group, name, "pause ms", t.Pause.Seconds()*1e3)
		emit(group, name, "p99 ms", t.P99.Seconds()*1e3)
	}
}

func emit(group, name, unit string, v float64) {
	fmt.Printf("%s | %s | %s | %.5g\n", group, name, unit, v)
}

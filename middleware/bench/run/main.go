// Command run measures all rows in alternating rounds and writes them as JSON.
//
//	go run ./run >results/run.json && go run ./report
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/hotpath-go/hotpath/middleware/bench"
)

func main() {
	rounds := flag.Int("rounds", 21, "how often each row is measured")
	slice := flag.Duration("slice", 20*time.Millisecond, "how long one measurement takes")
	flag.Parse()
	res := bench.Results{Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Rounds: *rounds, Slice: slice.String(), Rows: bench.Rows()}
	for range *rounds {
		measure(res.Rows, *slice)
		fmt.Fprint(os.Stderr, ".")
	}
	if err := json.NewEncoder(os.Stdout).Encode(res); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// measure takes the cases, and the rows of each, in a random order: a disturbance meets no row more often than another, and what is
// compared stands close together in time.
func measure(rows []*bench.Row, slice time.Duration) {
	cases := map[string][]*bench.Row{}
	for _, r := range rows {
		cases[r.Case] = append(cases[r.Case], r)
	}
	names := slices.Collect(maps.Keys(cases))
	for _, i := range rand.Perm(len(names)) {
		rows := cases[names[i]]
		for _, j := range rand.Perm(len(rows)) {
			rows[j].Measure(slice)
		}
	}
}

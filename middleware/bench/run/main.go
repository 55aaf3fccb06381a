// Command run measures all rows in alternating rounds and writes them as JSON.
//
//	go run ./run >results/run.json && go run ./report
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"github.com/hotpath-go/hotpath/middleware/bench"
)

func main() {
	rounds := flag.Int("rounds", 21, "how often each row is measured")
	slice := flag.Duration("slice", 20*time.Millisecond, "how long one measurement takes")
	flag.Parse()
	res := bench.Results{Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Rounds: *rounds, Slice: slice.String(), Rows: bench.Rows()}
	for range *rounds {
		for _, i := range rand.Perm(len(res.Rows)) { // a disturbance meets no row more often than another
			res.Rows[i].Measure(*slice)
		}
		fmt.Fprint(os.Stderr, ".")
	}
	if err := json.NewEncoder(os.Stdout).Encode(res); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

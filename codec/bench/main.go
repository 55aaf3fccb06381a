// Command bench measures codec beside its peers: each pair of operation and
// document, all libraries in turn, round by round. Each library has a process of
// its own for it, so that no heap, cache of the library or collector is shared with
// a neighbour. It prints one line of JSON for each measurement, which ./report reads.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/codec/bench/doc"
)

// Row is one library's result for one operation on one document.
type Row struct {
	Op, Doc, Peer string
	Valid         bool
	Bytes         int
	Allocs        float64
	AllocBytes    float64
	// Nanos has one value for each round.
	Nanos []float64
}

// Run describes the circumstances of the rows after it.
type Run struct {
	Go, Machine, Command string
	Rounds               int
	Slice                string
}

// operations in the order of the tables.
var operations = []string{"append", "marshal", "unmarshal", "reuse"}

func main() {
	rounds := flag.Int("rounds", 9, "rounds")
	slice := flag.Duration("slice", 8*time.Millisecond, "time of one measurement")
	ops := flag.String("ops", strings.Join(operations, ","), "operations")
	docs := flag.String("docs", "", "documents; none means all")
	only := flag.String("peers", "", "libraries; none means all")
	cell := flag.String("cell", "", "be the process of this operation, document and library, as in append/small/goccy")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	var err error
	if *cell != "" {
		err = serveCell(*cell, *slice)
	} else {
		err = run(*rounds, *slice, *ops, *docs, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(rounds int, slice time.Duration, ops, docs, only string) error {
	out := json.NewEncoder(os.Stdout)
	head := Run{runtime.Version(), machine(), strings.Join(append([]string{"bench"}, os.Args[1:]...), " "), rounds, slice.String()}
	if err := out.Encode(head); err != nil {
		return err
	}
	for _, op := range strings.Split(ops, ",") {
		for _, d := range doc.Names {
			if !chosen(docs, d) {
				continue
			}
			rows, err := compare(op, d, rounds, slice, only)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := out.Encode(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func chosen(list, name string) bool {
	return list == "" || strings.Contains(","+list+",", ","+name+",")
}

func machine() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name\t: "); ok {
			return fmt.Sprintf("%d × %s", runtime.NumCPU(), strings.TrimSpace(name))
		}
	}
	return runtime.GOARCH
}

// compare measures all libraries in alternation: what slows one round down
// slows all of them down. Each round begins with the next library.
func compare(op, doc string, rounds int, slice time.Duration, only string) ([]*Row, error) {
	var cells []*cell
	defer func() {
		for _, c := range cells {
			c.close()
		}
	}()
	for _, p := range peers {
		if !chosen(only, p.name) {
			continue
		}
		c, err := startCell(op+"/"+doc+"/"+p.name, slice)
		if err != nil {
			return nil, err
		}
		cells = append(cells, c)
	}
	for round := range rounds {
		for i := range cells {
			if err := cells[(round+i)%len(cells)].measure(); err != nil {
				return nil, err
			}
		}
	}
	var rows []*Row
	for _, c := range cells {
		rows = append(rows, &c.row)
	}
	return rows, nil
}

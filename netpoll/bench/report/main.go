// Report writes the tables of ../results into netpoll's README, between its markers.
//
//	go run ./report        # from netpoll/bench
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hotpath-go/hotpath/netpoll/bench/interval"
)

const (
	begin = "<!-- numbers: go run ./report, in bench -->\n"
	end   = "<!-- end of numbers -->\n"
)

func main() {
	log.SetFlags(0)
	var b bytes.Buffer
	memory(&b)
	flat(&b)
	compared(&b)
	echo(&b)
	shutdowns(&b)
	sweeps(&b)
	const readme = "../README.md"
	old, err := os.ReadFile(readme)
	if err != nil {
		log.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(old), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		log.Fatal("README.md has no markers")
	}
	if err := os.WriteFile(readme, []byte(head+begin+"\n"+b.String()+end+tail), 0o644); err != nil {
		log.Fatal(err)
	}
}

// load adds the rows of every result of that name.
func load[T any](name string) (rows []T) {
	files, err := filepath.Glob(filepath.Join("results", name+"*.json"))
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			log.Fatal(err)
		}
		var doc struct{ Rows []T }
		if err := json.Unmarshal(raw, &doc); err != nil {
			log.Fatal(f, ": ", err)
		}
		rows = append(rows, doc.Rows...)
	}
	return rows
}

type facts struct{ RssAnon, Goroutines, Peak int }

type memoryRow struct {
	Server          string
	Conns           []int
	Readings        [][]facts
	Slope, Absolute []float64
}

func memory(b *bytes.Buffer) {
	bars := map[string]float64{"netpoll-nethttp": 150, "netpoll-gin": 200, "netpoll-echo": 200, "netpoll-fasthttp": 200}
	fmt.Fprintf(b, "Anonymous memory of the server (RssAnon after a collection), each connection after one request, `ParkAfter` as it is "+
		"by default: `go run . memory`. Median of runs (95 %% interval from 9 runs on, lowest–highest below); in all is above what the server had after 64 connections.\n\n")
	fmt.Fprintf(b, "| server | runs | goroutines, most and at the end | B for each connection, 2,000 → 19,000 | in all at 19,000 | |\n|---|---|---|---|---|---|\n")
	plain := 0.0
	for _, r := range load[memoryRow]("memory") {
		note, slope := "", median(r.Slope)
		if bar, ok := bars[r.Server]; ok {
			note = fmt.Sprintf("bar ≤ %.0f: %s", bar, judge(r.Slope, bar))
			if r.Server == "netpoll-nethttp" {
				note += fmt.Sprintf("; in all ≤ 200: %s", judge(r.Absolute, 200))
			}
		} else if r.Server == "netpoll-tls" {
			low, high := bounds(r.Slope)
			note = fmt.Sprintf("bar ≥ 5× smaller than tls, aim ≥ 10×: %.0f×, %s; %s", plain/slope, within(plain/high, plain/low, 5, true), within(plain/high, plain/low, 10, true))
		}
		plain = slope
		end := r.Readings[0][len(r.Conns)-1]
		fmt.Fprintf(b, "| %s | %d | %d, %d | %s | %s | %s |\n", r.Server, len(r.Slope), end.Peak, end.Goroutines, spread(r.Slope), spread(r.Absolute), note)
	}
	fmt.Fprintln(b)
}

func spread(x []float64) string {
	if len(x) == 1 {
		return fmt.Sprintf("%.0f", x[0])
	}
	low, high := bounds(x)
	return fmt.Sprintf("%.0f (%.0f–%.0f)", median(x), low, high)
}

// bounds are the 95 % interval where there is one to speak of.
func bounds(x []float64) (low, high float64) {
	if len(x) < 9 {
		return slices.Min(x), slices.Max(x)
	}
	_, low, high = interval.Of(slices.Clone(x))
	return low, high
}

func judge(x []float64, atMost float64) string {
	low, high := bounds(x)
	return within(low, high, atMost, false)
}

func compared(b *bytes.Buffer) {
	type row struct {
		What             string
		Plain, Netpoll   []float64
		Ratio, Low, High float64
	}
	fmt.Fprintf(b, "Alternated rounds in one run, client on the same cores: `go run . busy`, `parkwake`, `busytls`, `parkwaketls`\n\n")
	fmt.Fprintf(b, "| what | net/http, median of rounds | netpoll | ratio (95 %% interval) | |\n|---|---|---|---|---|\n")
	before := load[row]("parkwaketls-only-crypto")
	for i := range before {
		before[i].What += ", with `OnlyCryptoTLS`"
	}
	for _, r := range slices.Concat(load[row]("busy-"), load[row]("parkwake-"), load[row]("busytls-"), load[row]("parkwaketls-[0-9]"), before) {
		var note string
		switch {
		case strings.Contains(r.What, "TLS") && strings.Contains(r.What, "parked"):
		case strings.Contains(r.What, "req/s"):
			note = "bar ≥ 0.97×: " + within(r.Low, r.High, 0.97, true)
		case strings.Contains(r.What, "parked"):
			note = "bar ≤ 1.9×: " + within(r.Low, r.High, 1.9, false)
		default:
			note = "bar ≤ 1.03×: " + within(r.Low, r.High, 1.03, false)
		}
		fmt.Fprintf(b, "| %s | %s | %s | %.3f (%.3f–%.3f), %d rounds | %s |\n", r.What, show(r.Plain), show(r.Netpoll), r.Ratio, r.Low, r.High, len(r.Plain), note)
	}
	fmt.Fprintln(b)
}

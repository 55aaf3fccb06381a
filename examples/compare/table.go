package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Row is one line of the table. Medians over the rounds; the raw values stay in
// the report's samples.
type Row struct {
	Key      string    `json:"key"`
	Name     string    `json:"name"`
	Higher   bool      `json:"higher_is_better"`
	Plain    float64   `json:"plain"`
	Hot      float64   `json:"hot"`
	Measured bool      `json:"measured"`
	Interval *Interval `json:"hot_over_plain,omitempty"` // nil: nothing to divide
	Verdict  string    `json:"verdict"`
}

// names are the rows in the table's order.
func (r *Report) names() []Row {
	return []Row{
		{Key: "req_s", Name: fmt.Sprintf("requests per second, %d connections", r.Config.Conns), Higher: true},
		{Key: "p50_us", Name: "p50 at full speed, µs"},
		{Key: "p99_us", Name: "p99 at full speed, µs"},
		{Key: "paced_p99_us", Name: fmt.Sprintf("p99 at %s requests/s, µs", digits(r.Rate))},
		{Key: "cpu_us", Name: "server CPU per request, µs"},
		{Key: "allocs", Name: "allocations per request"},
		{Key: "alloc_bytes", Name: "bytes allocated per request"},
		{Key: "syscalls", Name: "write-side syscalls per request"},
		{Key: "idle_mb", Name: fmt.Sprintf("RssAnon, %s idle connections, MB", digits(float64(r.Idle)))},
		{Key: "idle_conn_kb", Name: "RssAnon added per idle connection, kB"},
		{Key: "busy_mb", Name: fmt.Sprintf("RssAnon, %s idle + %d busy connections, MB", digits(float64(r.Idle)), busy)},
		{Key: "busy_conn_kb", Name: fmt.Sprintf("RssAnon added per idle connection, %d busy, kB", busy)},
	}
}

// judge fills the rows from the samples.
func (r *Report) judge() {
	r.Rows = r.names()
	for i := range r.Rows {
		row := &r.Rows[i]
		row.Verdict = "n/a"
		plain, hot := r.series(row.Key, "plain"), r.series(row.Key, "hot")
		if len(plain) == 0 || len(hot) == 0 {
			continue
		}
		row.Measured, row.Plain, row.Hot = true, median(plain), median(hot)
		if iv, ok := bootstrap(plain, hot); ok {
			row.Interval, row.Verdict = &iv, iv.verdict(row.Higher)
		}
	}
}

// cells are what the table shows of the row.
func (row *Row) cells(absent string) []string {
	c := []string{row.Name, "n/a", "n/a", "", "", row.Verdict}
	if absent != "" {
		c[5] = "n/a (" + absent + ")"
	}
	if row.Measured {
		c[1], c[2] = digits(row.Plain), digits(row.Hot)
	}
	if iv := row.Interval; iv != nil {
		c[3] = fmt.Sprintf("%.3f", iv.Ratio)
		c[4] = fmt.Sprintf("%.3f to %.3f", iv.Low, iv.High)
		if iv.Rounds < fewRounds {
			c[4] += fmt.Sprintf(" (n=%d)", iv.Rounds)
		}
	}
	return c
}

// print writes the table as aligned Markdown, so that it reads in a terminal and
// goes into the README as it stands, and below it what the figures rest on.
func (r *Report) print(w io.Writer) {
	lines := [][]string{{"measure", "plain", "hot", "hot/plain", "95 % interval", "verdict"}}
	for i := range r.Rows {
		lines = append(lines, r.Rows[i].cells(r.Absent[r.Rows[i].Key]))
	}
	align(w, lines)
	fmt.Fprintln(w)
	for _, note := range r.notes() {
		fmt.Fprintln(w, note)
	}
}

// align pads by runes: µ is two bytes.
func align(w io.Writer, lines [][]string) {
	width := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			width[i] = max(width[i], len([]rune(cell)))
		}
	}
	rule := make([]string, len(width))
	for i, n := range width {
		rule[i] = strings.Repeat("-", n-1) + ":"
	}
	rule[0], rule[5] = strings.Repeat("-", width[0]), strings.Repeat("-", width[5])
	for _, line := range slices.Insert(slices.Clone(lines), 1, rule) {
		for i, cell := range line {
			pad := strings.Repeat(" ", width[i]-len([]rune(cell)))
			if i == 0 || i == len(line)-1 {
				fmt.Fprint(w, "| ", cell, pad, " ")
			} else {
				fmt.Fprint(w, "| ", pad, cell, " ")
			}
		}
		fmt.Fprintln(w, "|")
	}
}

// digits: whole numbers with thousands separated, three figures below.
func digits(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.3g", v)
	}
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func shortened(asked, run time.Duration) string {
	if run < asked {
		return fmt.Sprintf(" (shortened from %v to end in time)", asked)
	}
	return ""
}

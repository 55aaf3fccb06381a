package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"
)

// Report is everything that was measured. Not safe for concurrent use.
type Report struct {
	Machine Machine           `json:"machine"`
	Command string            `json:"command"`
	Config  Config            `json:"config"`
	Round   time.Duration     `json:"round_ns"` // as run, after any shortening
	Idle    int               `json:"idle_conns"`
	Rate    float64           `json:"paced_rate"`
	Rows    []Row             `json:"rows"`
	Absent  map[string]string `json:"absent,omitempty"` // row key → why it has no figure
	Samples []Sample          `json:"samples"`
}

func newReport(cfg Config) *Report {
	return &Report{Config: cfg, Idle: cfg.Idle, Absent: make(map[string]string)}
}

func (r *Report) add(s Sample) { r.Samples = append(r.Samples, s) }

// missing keeps why a row will have no figure; a nil reason changes nothing.
func (r *Report) missing(key string, why error) {
	if why != nil {
		r.Absent[key] = why.Error()
	}
}

// series lists one figure of one variant over the rounds, in their order.
func (r *Report) series(key, variant string) (v []float64) {
	for _, s := range r.Samples {
		if x, found := s.Figures[key]; found && s.Variant == variant {
			v = append(v, x)
		}
	}
	return v
}

// halfOfPlain is the fixed rate: half of plain's median throughput at full speed,
// so that both servers have time to spare and neither queues.
func (r *Report) halfOfPlain() float64 {
	r.Rate = float64(int(median(r.series("req_s", "plain")) / 2))
	return r.Rate
}

// failures counts the requests that were not answered as expected.
func (r *Report) failures() (n uint64) {
	for _, s := range r.Samples {
		n += s.Reply.Failures
	}
	return n
}

// save writes all of it as JSON.
func (r *Report) save(file string) error {
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}

// load reads what save wrote.
func load(file string) (*Report, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := new(Report)
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}

// reprint prints the table of an earlier run, as the README has it, from its raw figures.
func reprint(file string, stdout, stderr io.Writer) int {
	rep, err := load(file)
	if err != nil {
		fmt.Fprintln(stderr, "compare:", err)
		return 1
	}
	rep.judge()
	rep.print(stdout)
	return 0
}

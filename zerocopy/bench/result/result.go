// Package result is the form of the files in results/: a line that says how
// they came about, then one for each server and size with the figures of all
// rounds.
package result

import (
	"bufio"
	"encoding/json"
	"io"
	"math"
)

// A Head is the first line.
type Head struct{ What, Command, Go, Machine, Congestion string }

// A Series is one server, or one way, at one size; its figures are in the order of the rounds.
type Series struct {
	Server string    `json:"server"`
	Size   int64     `json:"size"`
	PerSec []float64 `json:"per_s"`
	CPU    []float64 `json:"cpu_us"` // of the server, for each request
}

// A File is read and written by one goroutine.
type File struct {
	Head   Head
	Series []*Series
}

// Of returns the series of one server at one size, empty if there is none.
func (f *File) Of(server string, size int64) *Series {
	for _, s := range f.Series {
		if s.Server == server && s.Size == size {
			return s
		}
	}
	return &Series{Server: server, Size: size}
}

// Add adds one round. Four digits say more than the machine repeats.
func (f *File) Add(server string, size int64, perSec, cpu float64) {
	s := f.Of(server, size)
	if len(s.CPU) == 0 {
		f.Series = append(f.Series, s)
	}
	s.PerSec, s.CPU = append(s.PerSec, digits(perSec)), append(s.CPU, digits(cpu))
}

func digits(x float64) float64 {
	if x == 0 {
		return 0
	}
	unit := math.Pow10(3 - int(math.Floor(math.Log10(math.Abs(x)))))
	return math.Round(x*unit) / unit
}

// Write writes all lines.
func (f *File) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	err := enc.Encode(f.Head)
	for _, s := range f.Series {
		if err == nil {
			err = enc.Encode(s)
		}
	}
	return err
}

// Read is the opposite of Write.
func Read(r io.Reader) (*File, error) {
	f := &File{}
	dec := json.NewDecoder(bufio.NewReader(r))
	if err := dec.Decode(&f.Head); err != nil {
		return nil, err
	}
	for {
		var s Series
		if err := dec.Decode(&s); err == io.EOF {
			return f, nil
		} else if err != nil {
			return nil, err
		}
		f.Series = append(f.Series, &s)
	}
}

package keepalive

import (
	"fmt"
	"strings"
)

// Level is a plain value, safe to copy: how much a finding matters. It reads as
// a word in JSON.
type Level int

// The levels, in order.
const (
	Note    Level = iota // worth knowing; right for some
	Warning              // costs time, memory or connections under load
	Problem              // the expected load will fail
)

var levels = [...]string{"note", "warning", "problem"}

// String returns the level's word.
func (l Level) String() string {
	if l < 0 || int(l) >= len(levels) {
		return fmt.Sprintf("Level(%d)", int(l))
	}
	return levels[l]
}

// MarshalText returns the level's word.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the level's word.
func (l *Level) UnmarshalText(b []byte) error {
	for i, s := range levels {
		if s == string(b) {
			*l = Level(i)
			return nil
		}
	}
	return fmt.Errorf("keepalive: %q is not a level: want note, warning or problem", b)
}

// Finding is a plain value, safe to copy: one thing that does not fit.
type Finding struct {
	Rule    string `json:"rule"` // which check: a sysctl's name, or words
	Level   Level  `json:"level"`
	Value   string `json:"value"`             // what is there
	Want    string `json:"want"`              // what would fit
	Why     string `json:"why"`               // what goes wrong, and when
	Gain    string `json:"gain"`              // what the change brings
	Command string `json:"command,omitempty"` // what would change it, where a command can
	Source  string `json:"source"`            // where the claim can be read
}

// Unchecked is a plain value, safe to copy: a check that could not be made.
type Unchecked struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
}

// Report is a plain value, safe for concurrent reading: what [Doctor.Check]
// found. Its JSON form is stable.
type Report struct {
	Findings  []Finding   `json:"findings"`  // the worst first
	Fine      []string    `json:"fine"`      // checks that found nothing
	Unchecked []Unchecked `json:"unchecked"` // checks that could not be made
	Sockets   *Sockets    `json:"sockets,omitempty"`
}

// Has reports whether a finding is of that level or worse.
func (r Report) Has(l Level) bool {
	for _, f := range r.Findings {
		if f.Level >= l {
			return true
		}
	}
	return false
}

// String renders the report for people.
func (r Report) String() string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s: %s is %s, want %s\n", f.Level, f.Rule, f.Value, f.Want)
		for _, row := range [][2]string{{"why", f.Why}, {"gain", f.Gain}, {"do", f.Command}, {"see", f.Source}} {
			if row[1] != "" {
				fmt.Fprintf(&b, "    %-5s %s\n", row[0], row[1])
			}
		}
	}
	for _, u := range r.Unchecked {
		fmt.Fprintf(&b, "unchecked: %s: %s\n", u.Rule, u.Reason)
	}
	if r.Sockets != nil {
		fmt.Fprintf(&b, "sockets: %s\n", r.Sockets)
	}
	fmt.Fprintf(&b, "%d findings, %d checks fine, %d not possible\n", len(r.Findings), len(r.Fine), len(r.Unchecked))
	return b.String()
}

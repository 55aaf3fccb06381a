package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Config is what the flags say. It does not change after parseConfig.
type Config struct {
	Identity string        `json:"-"` // prebuilt binary; empty means build it
	JSON     string        `json:"-"` // file for raw figures; empty means none
	From     string        `json:"-"` // file with raw figures to print again; empty means measure
	Rounds   int           `json:"rounds"`
	Duration time.Duration `json:"duration_ns"` // of each round, before any shortening
	Conns    int           `json:"conns"`
	Users    int           `json:"users"`
	Idle     int           `json:"idle_conns"`
	Settle   time.Duration `json:"settle_ns"`
}

// parseConfig reads the flags. Each is bounded, so that no command line can ask
// for more than the 120 s or the 20,000 descriptors this program allows itself.
func parseConfig(args []string, stderr io.Writer) (Config, error) {
	var c Config
	fs := flag.NewFlagSet("compare", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&c.Identity, "identity", "", "use this identity `binary` instead of building it")
	fs.StringVar(&c.JSON, "json", "", "keep the figures of every round in this `file`")
	fs.StringVar(&c.From, "from", "", "measure nothing, print the table of the figures in this `file`")
	fs.IntVar(&c.Rounds, "rounds", 9, "rounds for each variant, 9 to 25")
	fs.DurationVar(&c.Duration, "duration", time.Second, "length of a round, 50ms to 3s")
	fs.IntVar(&c.Conns, "conns", 64, "connections under load, 1 to 512")
	fs.IntVar(&c.Users, "users", 24, "users to seed, 1 to 200")
	fs.IntVar(&c.Idle, "idle", 10_000, "idle connections, 1 to 15000")
	fs.DurationVar(&c.Settle, "settle", 3*time.Second, "wait before each reading of memory, 0s to 4s")
	if err := fs.Parse(args); err != nil {
		return c, err
	}
	if fs.NArg() > 0 {
		err := fmt.Errorf("unexpected argument %q", fs.Arg(0))
		fmt.Fprintln(stderr, "compare:", err)
		return c, err
	}
	if err := c.check(); err != nil {
		fmt.Fprintln(stderr, "compare:", err)
		return c, err
	}
	return c, nil
}

// check reports every flag that is out of bounds, not only the first.
func (c Config) check() error {
	return errors.Join(
		within("-rounds", c.Rounds, 9, 25),
		within("-duration", c.Duration, 50*time.Millisecond, 3*time.Second),
		within("-conns", c.Conns, 1, 512),
		within("-users", c.Users, 1, 200),
		within("-idle", c.Idle, 1, 15_000),
		within("-settle", c.Settle, 0, 4*time.Second),
		hasFolder("-json", c.JSON),
	)
}

// hasFolder finds out before two minutes of measuring that their figures could not be kept.
func hasFolder(name, file string) error {
	if file == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Dir(file)); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func within[T int | time.Duration](name string, v, lo, hi T) error {
	if v < lo || v > hi {
		return fmt.Errorf("%s %v: want %v to %v", name, v, lo, hi)
	}
	return nil
}

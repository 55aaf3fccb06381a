// Compare measures what hotpath buys the identity service, and what it does not.
//
// Run it from the repository's root (it builds examples/identity first):
//
//	go run ./examples/compare
//	go run ./examples/compare -json figures.json
//	go run ./examples/compare -identity ./identity -rounds 15
//
// It starts both variants as processes of their own on loopback, seeds them with
// the same users, loads them in turns from a third process, and prints one table:
//
//	| measure                     | plain | hot | hot/plain | 95 % interval | verdict |
//	| requests per second         |   ... | ... |       ... | ... to ...    | better  |
//
// Everything ends within 120 seconds, interrupted or not, and every process it
// started ends with it. Nothing but loopback is used.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Both count from the start of `go run`, whose compiling is part of the promised 120 s.
const (
	// planned is the time the rounds are fitted into.
	planned = 108 * time.Second
	// hardLimit is where the watchdog ends everything, finished or not.
	hardLimit = 117 * time.Second
)

func main() { os.Exit(run(time.Now().Add(-elapsed()), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is main with its world passed in, so that tests start it in-process: their `go test` may have
// been at work for minutes already.
func run(start time.Time, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == clientRole {
		return serveCommands(stdin, stdout)
	}
	cfg, err := parseConfig(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return 2
	}
	if cfg.From != "" {
		return reprint(cfg.From, stdout, stderr)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithDeadlineCause(ctx, start.Add(hardLimit-2*time.Second), errNoTime)
	defer cancel()

	var kids Children
	defer kids.kill()
	defer watch(&kids, start, stderr).Stop()
	rep, err := compare(ctx, cfg, start.Add(planned), &kids, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "compare:", err)
		return 1
	}
	return publish(rep, cfg, args, stdout, stderr)
}

// watch is the last resort, for a run that does not even honour its context.
func watch(kids *Children, start time.Time, stderr io.Writer) *time.Timer {
	return time.AfterFunc(time.Until(start.Add(hardLimit)), func() {
		kids.kill()
		fmt.Fprintln(stderr, "compare: watchdog: not finished after", hardLimit)
		os.Exit(3)
	})
}

// compare runs the whole experiment in a directory that goes when it ends.
func compare(ctx context.Context, cfg Config, until time.Time, kids *Children, log io.Writer) (*Report, error) {
	dir, err := os.MkdirTemp("", "compare-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	e := &Experiment{cfg: cfg, until: until, kids: kids, log: log, dir: dir, rep: newReport(cfg)}
	// Before RemoveAll: a server must not write into a directory being removed.
	defer kids.kill()
	if err := e.run(ctx); err != nil {
		return nil, err
	}
	return e.rep, nil
}

// publish prints the table and keeps the raw figures. Failed requests make the
// figures doubtful, so they make the exit status 1, after the table.
func publish(rep *Report, cfg Config, args []string, stdout, stderr io.Writer) int {
	rep.Command = commandLine(args)
	rep.judge()
	rep.print(stdout)
	if cfg.JSON != "" {
		if err := rep.save(cfg.JSON); err != nil {
			fmt.Fprintln(stderr, "compare:", err)
			return 1
		}
	}
	if n := rep.failures(); n > 0 {
		fmt.Fprintf(stderr, "compare: %d requests failed\n", n)
		return 1
	}
	return 0
}

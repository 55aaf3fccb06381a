package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"time"
)

// variants in the order of the table's columns.
var variants = [2]string{"plain", "hot"}

// Experiment is one run of everything. Not safe for concurrent use; what runs for
// both variants at once shares only what locks itself.
type Experiment struct {
	cfg    Config
	until  time.Time // what the rounds are fitted into
	kids   *Children
	log    io.Writer
	dir    string
	binary string
	rep    *Report

	accounts map[string][]*Account // variant → the same users, their own ids and tokens
}

// run goes through the phases. Memory comes first, on servers that have done
// nothing else, and load last, so that a short budget only shortens the load.
func (e *Experiment) run(ctx context.Context) error {
	// A signal must also end a wait for the load client, which knows no context.
	defer context.AfterFunc(ctx, e.kids.kill)()
	for _, phase := range []func(context.Context) error{e.build, e.seed, e.memory, e.load} {
		if err := phase(ctx); err != nil {
			if ctx.Err() != nil { // what failed, failed because of this
				return fmt.Errorf("ended early: %w", context.Cause(ctx))
			}
			return err
		}
	}
	return nil
}

// build makes the server's binary, unless one was given.
func (e *Experiment) build(ctx context.Context) error {
	load := loadAverage()
	if e.binary = e.cfg.Identity; e.binary == "" {
		e.say("building examples/identity")
		e.binary = filepath.Join(e.dir, "identity")
		if runtime.GOOS == "windows" {
			e.binary += ".exe"
		}
		cmd := exec.CommandContext(ctx, "go", "build", "-o", e.binary, "github.com/hotpath-go/hotpath/examples/identity")
		endWithParent(cmd)
		// The go command ends its compilers on an interrupt; a kill would leave them.
		cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(os.Interrupt) }, 2*time.Second
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w (run it from the repository's root, or name a binary with -identity)\n%s", err, out)
		}
	}
	e.rep.Machine = describe(e.binary, load)
	if e.cfg.Identity == "" && e.rep.Machine.Commit == "" { // GOFLAGS may turn the stamp off
		e.rep.Machine.Commit = commit(ctx)
	}
	return nil
}

// seed fills each variant's data directory and ends the servers, so that every
// measured process starts without the hashing's megabytes in its heap.
func (e *Experiment) seed(ctx context.Context) error {
	e.say("seeding %d users on each variant", e.cfg.Users)
	e.accounts = make(map[string][]*Account)
	for _, v := range variants {
		all := accounts(e.cfg.Users)
		err := e.serve(ctx, v, func(s *Server, web *http.Client) error {
			return seed(ctx, web, "http://"+s.Addr, all, runtime.NumCPU())
		})
		if err != nil {
			return fmt.Errorf("%s: %w", v, err)
		}
		e.accounts[v] = all
	}
	return nil
}

// serve runs f with a server of its own and stops it as a deployment would.
func (e *Experiment) serve(ctx context.Context, variant string, f func(*Server, *http.Client) error) error {
	s, err := startServer(ctx, e.kids, e.binary, variant, e.dir)
	if err != nil {
		return err
	}
	defer s.stop()
	transport := &http.Transport{MaxIdleConnsPerHost: runtime.NumCPU()}
	defer transport.CloseIdleConnections()
	return f(s, &http.Client{Transport: transport, Timeout: 10 * time.Second})
}

// both runs f for the two variants at once; for what is not timed.
func both(f func(variant string) error) error {
	var errs [len(variants)]error
	var wg sync.WaitGroup
	for i, v := range variants {
		wg.Go(func() {
			if err := f(v); err != nil {
				errs[i] = fmt.Errorf("%s: %w", v, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs[:]...)
}

// order swaps who goes first every round: what the machine does meanwhile (a
// warmer CPU, a neighbour) then meets both alike.
func order(round int) [2]string {
	if round%2 == 0 {
		return variants
	}
	return [2]string{variants[1], variants[0]}
}

// left is the time still planned for.
func (e *Experiment) left() time.Duration { return time.Until(e.until) }

// say shows progress; the table alone goes to stdout.
func (e *Experiment) say(format string, args ...any) {
	fmt.Fprintf(e.log, "compare: "+format+"\n", args...)
}

// figures merges what a round gave; later maps win.
func figures(parts ...map[string]float64) map[string]float64 {
	all := make(map[string]float64)
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

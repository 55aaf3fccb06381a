package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// figures is what a run of measure found: requests per second, round by round.
type figures struct {
	Go, Machine, Round string
	Before, After      []float64
}

// child is this program serving one of the handlers on one core.
type child struct {
	cmd  *exec.Cmd
	addr string
}

func start(ctx context.Context, which string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-addr", "127.0.0.1:0", "-json", which)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, err
	}
	return &child{cmd, strings.TrimSpace(strings.TrimPrefix(line, "listening on "))}, nil
}

func (c *child) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return c.cmd.Wait()
}

// measure loads both handlers by turns and writes the figures, and beside them a
// CPU profile of each.
func measure(ctx context.Context, file string, rounds int, length time.Duration) error {
	if rounds < 1 || length <= 0 { // no figures would take the place of those that are there
		return fmt.Errorf("-rounds %d -for %v: want more than 0 of each", rounds, length)
	}
	f := figures{Go: runtime.Version(), Machine: fmt.Sprintf("%d cores, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH), Round: length.String()}
	var children []*child
	for _, which := range []string{"before", "after"} {
		c, err := start(ctx, which)
		if err != nil {
			return err
		}
		children = append(children, c)
	}
	for range rounds {
		for i, into := range []*[]float64{&f.Before, &f.After} {
			n, err := load(ctx, children[i].addr, length)
			if err != nil {
				return err
			}
			*into = append(*into, n)
		}
	}
	for i, which := range []string{"before", "after"} {
		if err := profile(ctx, children[i].addr, filepath.Join(filepath.Dir(file), which+".pprof"), length); err != nil {
			return err
		}
		if err := children[i].stop(); err != nil {
			return err
		}
	}
	text, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// profile takes a CPU profile of a server under load.
func profile(ctx context.Context, addr, file string, length time.Duration) error {
	seconds := max(1, int(length/time.Second))
	loaded := make(chan error, 1)
	go func() {
		_, err := load(ctx, addr, time.Duration(seconds)*time.Second+length/2)
		loaded <- err
	}()
	resp, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", addr, seconds))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, resp.Body); err != nil {
		return err
	}
	http.DefaultClient.CloseIdleConnections()
	if err := out.Close(); err != nil {
		return err
	}
	return <-loaded
}

// printTable prints the table that README.md shows.
func printTable(w io.Writer, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var f figures
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	ratios := make([]float64, len(f.Before))
	for i := range ratios {
		ratios[i] = f.After[i] / f.Before[i]
	}
	_, err = fmt.Fprintf(w, "| %s, %s, %d rounds of %s by turns | median | slowest to fastest round |\n|---|---|---|\n| before, requests/s | %.0f | %.0f to %.0f |\n| after, requests/s | %.0f | %.0f to %.0f |\n| after against before, round by round | %.2f | %.2f to %.2f |\n",
		f.Go, f.Machine, len(f.Before), f.Round, median(f.Before), slices.Min(f.Before), slices.Max(f.Before),
		median(f.After), slices.Min(f.After), slices.Max(f.After), median(ratios), slices.Min(ratios), slices.Max(ratios))
	return err
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

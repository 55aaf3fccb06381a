package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// However a comparison ends, its servers and its load client end with it.
func TestChildrenEndWithTheRun(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			pids, tmp := t.TempDir(), t.TempDir()
			cmd := exec.Command(tiny(t)[1], tiny(t, "-settle", "4s")...)
			cmd.Env = append(os.Environ(), "FAKE_PIDS="+pids, "TMPDIR="+tmp)
			var log bytes.Buffer
			cmd.Stderr = &log
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			// The comparison, two servers in the seeding, two in the memory phase and
			// two load clients; the last four are alive.
			waitFor(t, "children", func() bool { return len(alive(t, pids)) >= 5 })
			cmd.Process.Signal(sig)
			err := cmd.Wait()
			waitFor(t, "the children to end", func() bool { return len(alive(t, pids)) == 0 })
			if left, _ := os.ReadDir(tmp); sig != syscall.SIGKILL && (len(left) > 0 || cmd.ProcessState.ExitCode() != 1) {
				t.Errorf("exit %v, %d entries left in the temporary directory\n%s", err, len(left), &log)
			}
		})
	}
}

// alive lists those that have left their pid and run. A zombie that nobody reaps
// has ended.
func alive(t *testing.T, dir string) (pids []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%s/stat", filepath.Base(name)))
		if end := bytes.LastIndexByte(b, ')'); err == nil && end > 0 && b[end+2] != 'Z' && b[end+2] != 'X' {
			pids = append(pids, filepath.Base(name))
		}
	}
	return pids
}

func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 1500 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("waited 15 s for %s", what)
}

func TestWatchdog(t *testing.T) {
	t.Parallel()
	pids := t.TempDir()
	cmd := exec.Command(tiny(t)[1], "-watchdog")
	cmd.Env = append(os.Environ(), "FAKE_PIDS="+pids)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 3 || !bytes.Contains(out, []byte("watchdog")) {
		t.Errorf("%v: %s", err, out)
	}
	if left, _ := os.ReadDir(pids); len(left) == 0 {
		t.Error("its child never ran")
	}
	waitFor(t, "its child to end", func() bool { return len(alive(t, pids)) == 0 })
}

// A server that starts and never listens is ended, and the error names it.
func TestServerNeverListens(t *testing.T) {
	t.Setenv("FAKE_MODE", "silent")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var kids Children
	_, err := startServer(ctx, &kids, tiny(t)[1], "plain", t.TempDir())
	if err == nil {
		t.Error("no error")
	}
	if len(kids.procs) != 0 {
		t.Errorf("%d processes left", len(kids.procs))
	}
}

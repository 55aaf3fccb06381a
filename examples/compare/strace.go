package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// writeCalls are the calls by which a server can give bytes away.
const writeCalls = "write,writev,sendmsg,sendto,sendfile,splice"

// Strace counts the write-side calls of a running process. It stops every system
// call of that process twice, so nothing is timed while it is attached.
type Strace struct {
	cmd  *exec.Cmd
	kids *Children
	out  string
	said bytes.Buffer // owned by the reader until done is closed
	done chan struct{}
}

// traceWrites attaches to all threads of pid, present and future, and returns
// once strace says that it has.
func traceWrites(ctx context.Context, kids *Children, pid int, out string) (*Strace, error) {
	path, err := exec.LookPath("strace")
	if err != nil {
		return nil, errors.New("strace not installed")
	}
	cmd := exec.Command(path, "-f", "-c", "-e", "trace="+writeCalls, "-o", out, "-p", strconv.Itoa(pid))
	cmd.Env = append(os.Environ(), "LC_ALL=C") // decimal points, English
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := kids.start(cmd); err != nil {
		return nil, err
	}
	s := &Strace{cmd: cmd, kids: kids, out: out, done: make(chan struct{})}
	attached := make(chan struct{})
	go s.watch(stderr, attached)
	select {
	case <-attached:
		return s, nil
	case <-s.done:
		return nil, fmt.Errorf("strace: %.120s", strings.TrimSpace(s.said.String()))
	case <-ctx.Done():
		cmd.Process.Kill()
		<-s.done
		return nil, ctx.Err()
	}
}

// watch owns the process until it ends.
func (s *Strace) watch(stderr io.Reader, attached chan<- struct{}) {
	defer close(s.done)
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		// "strace: Process 12 attached", or "... attached with 9 threads" when all are.
		switch text := lines.Text(); {
		case strings.Contains(text, " attached"):
			if attached != nil {
				close(attached)
				attached = nil
			}
		case s.said.Len() < 4096:
			s.said.WriteString(text + "\n")
		}
	}
	io.Copy(io.Discard, stderr) // a line too long for the scanner
	s.cmd.Wait()
	s.kids.forget(s.cmd.Process)
}

// stop detaches and returns the calls counted.
func (s *Strace) stop() (map[string]uint64, error) {
	s.cmd.Process.Signal(os.Interrupt)
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		s.cmd.Process.Kill()
		<-s.done
	}
	b, err := os.ReadFile(s.out)
	if err != nil {
		return nil, err
	}
	return parseStrace(b)
}

// parseStrace reads the summary of `strace -c`:
//
//	% time     seconds  usecs/call     calls    errors syscall
//	------ ----------- ----------- --------- --------- ----------------
//	 99.1    0.012345           6      2000         3 write
//
// The errors column is blank where there were none. A summary with no calls at
// all is a summary; anything without its head is not.
func parseStrace(b []byte) (map[string]uint64, error) {
	calls := make(map[string]uint64)
	found := len(bytes.TrimSpace(b)) == 0 // strace writes nothing when it counted nothing
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "% time") {
			found = true
		}
		if len(f) < 5 || len(f) > 6 || f[len(f)-1] == "total" {
			continue
		}
		if _, err := strconv.ParseFloat(f[0], 64); err != nil {
			continue // the head and its rule
		}
		n, err := strconv.ParseUint(f[3], 10, 53)
		if err != nil {
			return nil, fmt.Errorf("compare: strace said %q", line)
		}
		calls[f[len(f)-1]] += n
	}
	if !found {
		return nil, fmt.Errorf("compare: not a summary of strace: %.80q", b)
	}
	return calls, nil
}

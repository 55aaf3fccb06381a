package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Server is one identity process. Not safe for concurrent use.
type Server struct {
	Addr string

	cmd  *exec.Cmd
	log  *os.File
	done chan struct{} // closed once the process has been waited for
}

// startServer starts a variant on a free port with its data under dir, and
// returns once it listens. A second start over the same dir finds the same users.
func startServer(ctx context.Context, kids *Children, binary, variant, dir string) (*Server, error) {
	// A file, as most services log to. Append mode so that truncate between
	// rounds keeps it small without a hole.
	log, err := os.OpenFile(filepath.Join(dir, variant+".log"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, "-variant", variant, "-addr", "127.0.0.1:0",
		"-data", filepath.Join(dir, variant), "-debug", "-drain", "100ms")
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = kids.start(cmd)
	}
	if err != nil {
		log.Close()
		return nil, fmt.Errorf("start %s: %w", variant, err)
	}
	s := &Server{cmd: cmd, log: log, done: make(chan struct{})}
	addr := make(chan string, 1)
	go s.watch(kids, stdout, addr)
	return s, s.await(ctx, variant, addr)
}

// watch owns the process until it ends: it finds the address, drains stdout so
// that the server never blocks on a full pipe, and waits.
func (s *Server) watch(kids *Children, stdout io.Reader, addr chan<- string) {
	defer close(s.done)
	br := bufio.NewReader(stdout)
	for found := false; !found; {
		line, err := br.ReadString('\n')
		if err != nil {
			break
		}
		var a string
		if a, found = strings.CutPrefix(strings.TrimSpace(line), "listening on "); found {
			addr <- strings.TrimPrefix(a, "http://")
		}
	}
	io.Copy(io.Discard, br)
	s.cmd.Wait()
	kids.forget(s.cmd.Process)
	s.log.Close()
}

func (s *Server) await(ctx context.Context, variant string, addr <-chan string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	select {
	case s.Addr = <-addr:
		return nil
	case <-s.done:
		err = errors.New("it ended")
	case <-ctx.Done():
		err = ctx.Err()
	}
	s.kill()
	return fmt.Errorf("%s did not print \"listening on ADDR\": %w%s", variant, err, logTail(s.log.Name()))
}

// stop asks for the server's own shutdown, as a deployment would.
func (s *Server) stop() {
	if s.cmd.Process.Signal(syscall.SIGTERM) != nil { // Windows has no SIGTERM
		s.cmd.Process.Kill()
	}
	select {
	case <-s.done:
	case <-time.After(6 * time.Second):
		s.kill()
	}
}

// kill ends it now; for a server that has nothing left worth draining.
func (s *Server) kill() {
	s.cmd.Process.Kill()
	<-s.done
}

// truncateLog keeps the log to one round, so that minutes of one line per request
// neither fill the disk nor start write-back in the middle of a later round.
func (s *Server) truncateLog() { s.log.Truncate(0) }

// logTail is what a server said last, for the error that ends the run.
func logTail(name string) string {
	b, err := os.ReadFile(name)
	if err != nil || len(b) == 0 {
		return ""
	}
	return "\n" + string(b[max(0, len(b)-2000):])
}

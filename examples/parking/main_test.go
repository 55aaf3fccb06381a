package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the program if a test starts its own binary again: what the tests run is then what they were compiled with.
func TestMain(m *testing.M) {
	if os.Getenv("HOTPATH_EXAMPLE") != "" {
		main()
		return
	}
	os.Setenv("HOTPATH_EXAMPLE", "1")
	goleak.VerifyTestMain(m)
}

// start runs the program.
func start(t *testing.T, args ...string) (addr string, cmd *exec.Cmd) {
	t.Helper()
	return startVia(t, exec.Command(os.Args[0], append(args, "-addr", "127.0.0.1:0")...))
}

func startVia(t *testing.T, cmd *exec.Cmd) (string, *exec.Cmd) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !ok {
		t.Fatalf("said %q, %v", line, err)
	}
	return addr, cmd
}

func ask(c net.Conn, path string) (string, error) {
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return string(b), err
}

// Every framework greets, parks its idle connections, serves them again and stops on SIGTERM.
func TestFrameworks(t *testing.T) {
	for _, framework := range []string{"nethttp", "gin", "echo", "chi", "fasthttp"} {
		for _, how := range []string{"-park=true", "-park=false", "-tls"} {
			t.Run(framework+how, func(t *testing.T) {
				t.Parallel()
				try(t, framework, how)
			})
		}
	}
}

func try(t *testing.T, framework, how string) {
	addr, cmd := start(t, "-framework", framework, how)
	dial := func() net.Conn {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(time.Minute))
		if how == "-tls" {
			return tls.Client(c, &tls.Config{InsecureSkipVerify: true})
		}
		return c
	}
	c, watch := dial(), dial()
	greet := func() {
		if got, err := ask(c, "/"); got != greeting || err != nil {
			t.Fatalf("%q %v", got, err)
		}
	}
	greet()
	var f figures
	look := func() {
		got, err := ask(watch, "/stats?gc=1")
		if err == nil {
			err = json.Unmarshal([]byte(got), &f)
		}
		if err != nil || f.Goroutines == 0 || f.Heap == 0 {
			t.Fatalf("%q %v", got, err)
		}
	}
	look()
	if parked := how != "-park=false"; f.Park != parked {
		t.Errorf("%+v", f)
	} else if parked && parks {
		for end := time.Now().Add(20 * time.Second); f.Stats.Parked == 0; look() {
			if time.Now().After(end) {
				t.Fatalf("never parked: %+v", f.Stats)
			}
			time.Sleep(50 * time.Millisecond)
		}
		greet()
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// The timeout ends a connection that asks no more, and not before its time.
func TestIdleTimeout(t *testing.T) {
	t.Parallel()
	addr, _ := start(t, "-idle-timeout", "1s")
	began := time.Now()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	if got, err := ask(c, "/"); got != greeting || err != nil {
		t.Fatalf("%q %v", got, err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("%d, %v", n, err)
	}
	if d := time.Since(began); d < time.Second {
		t.Errorf("ended after %v", d)
	}
}

// The client holds what it was told to, and the server parks it.
func TestHold(t *testing.T) {
	t.Parallel()
	for _, secure := range []string{"-tls=false", "-tls=true"} {
		t.Run(secure, func(t *testing.T) {
			addr, _ := start(t, secure)
			client := exec.Command(os.Args[0], "-hold", "50", "-addr", addr, secure)
			out, err := client.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := client.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { client.Process.Kill(); client.Wait() })
			if line, err := bufio.NewReader(out).ReadString('\n'); !strings.HasPrefix(line, "holding 50 connections") {
				t.Fatalf("%q, %v", line, err)
			}
			client.Process.Signal(syscall.SIGTERM)
			if err := client.Wait(); err != nil {
				t.Errorf("after SIGTERM: %v", err)
			}
		})
	}
}

// A framework named without its flag is not answered by serving another.
func TestArgumentIsRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is not refused would serve for ever
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], "-addr", "127.0.0.1:0", "gin").CombinedOutput()
	if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "-framework gin") {
		t.Errorf("%v: %s", err, out)
	}
}

// At the process's limit of open files fasthttp's own Serve ends; over this listener it serves again when there is room.
func TestFullOfFiles(t *testing.T) {
	if !parks {
		return // the portable path passes the listener's error through, as a plain one does
	}
	t.Parallel()
	addr, cmd := startVia(t, exec.Command("sh", "-c", `ulimit -n 64 && exec "$0" "$@"`, os.Args[0], "-framework", "fasthttp", "-addr", "127.0.0.1:0"))
	var crowd []net.Conn
	for range 100 {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		crowd = append(crowd, c)
	}
	for _, c := range crowd[:10] { // these have been accepted
		c.SetDeadline(time.Now().Add(time.Minute))
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range crowd {
		c.Close()
	}
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	if got, err := ask(c, "/"); got != greeting || err != nil {
		t.Errorf("%q %v", got, err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// A client that never ends its header is hung up on.
func TestSlowHeader(t *testing.T) {
	for _, framework := range []string{"nethttp", "fasthttp"} {
		t.Run(framework, func(t *testing.T) {
			t.Parallel()
			addr, cmd := start(t, "-framework", framework)
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.SetDeadline(time.Now().Add(time.Minute))
			fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nA")
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("kept for a minute")
			}
			cmd.Process.Signal(syscall.SIGTERM)
			if err := cmd.Wait(); err != nil {
				t.Errorf("after SIGTERM: %v", err)
			}
		})
	}
}

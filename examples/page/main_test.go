package main

import (
	"bufio"
	"context"
	"io"
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

// The program as a user runs it: started in each of its forms, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	pages := map[string]string{}
	for _, framework := range []string{"nethttp", "gin"} {
		for _, fast := range []string{"true", "false"} {
			t.Run(framework+fast, func(t *testing.T) {
				try(t, pages, fast == "true", "-framework", framework, "-zerocopy="+fast, "-addr", "127.0.0.1:0")
			})
		}
	}
}

// pages has what another form of the program answered: all must answer the same.
func try(t *testing.T, pages map[string]string, fast bool, args ...string) {
	cmd := exec.Command(os.Args[0], args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !found {
		t.Fatalf("first line %q, %v", line, err)
	}
	for query, size := range map[string]int{
		"?size=300&parts=2": 300, "": 4096, "?size=4096&parts=3": 4096, "?size=65536&parts=16": 65536,
		"?size=1048576&parts=64": 1 << 20, "?size=10&parts=3": -1, "?parts=x": -1,
	} {
		resp, err := http.Get("http://" + addr + "/page" + query)
		if err != nil {
			t.Fatal(err)
		}
		p, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		got := string(p)
		if size < 0 {
			if resp.StatusCode != 400 {
				t.Errorf("%s: %s", query, resp.Status)
			}
			continue
		}
		if err != nil || resp.StatusCode != 200 || len(got) != size || !strings.Contains(got, "&lt;value&gt;") || !strings.HasSuffix(got, "\n") {
			t.Errorf("%s: %s, %d bytes, %v", query, resp.Status, len(got), err)
		}
		if fast && resp.ContentLength != int64(size) {
			t.Errorf("%s: Content-Length %d", query, resp.ContentLength)
		}
		if head, err := http.Head("http://" + addr + "/page" + query); err != nil || head.StatusCode != 200 {
			t.Errorf("HEAD %s: %v, %v", query, head, err)
		}
		if want, seen := pages[query]; seen && got != want {
			t.Errorf("%s: not the page of the other form", query)
		}
		pages[query] = got
	}
	http.DefaultClient.CloseIdleConnections()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

func TestArgumentIsRefused(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is not refused would serve for ever
	defer cancel()
	out, err := exec.CommandContext(ctx, os.Args[0], "-addr", "127.0.0.1:0", "gin").CombinedOutput()
	if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "-framework gin") {
		t.Errorf("%v: %s", err, out)
	}
}

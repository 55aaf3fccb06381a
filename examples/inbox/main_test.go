package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/hotpath-go/hotpath/pool/pooltest"
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

func ask(t *testing.T, method, url, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	p, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(p)
}

// The program as a user runs it: several accounts at once, each in order.
func TestProgram(t *testing.T) {
	cmd, addr := start(t, "-addr", "127.0.0.1:0")
	const accounts, each = 4, 50
	var wg sync.WaitGroup
	for n := range accounts {
		wg.Go(func() { inOrder(t, fmt.Sprintf("http://%s/accounts/%d/events", addr, n), each) })
	}
	wg.Wait()
	want := fmt.Sprintf("events: %d accepted, 0 refused, 0 waiting", accounts*each)
	got := ""
	ok := func() bool { return strings.HasPrefix(got, want) && strings.Contains(got, " 0 bytes out") }
	for deadline := time.Now().Add(20 * time.Second); !ok() && time.Now().Before(deadline); {
		_, got = ask(t, "GET", "http://"+addr+"/stats", "")
	}
	if !ok() {
		t.Errorf("got %q, want %q and no buffer out", got, want)
	}
	if status, _ := ask(t, "POST", "http://"+addr+"/accounts/a/events", strings.Repeat("x", maxEvent+1)); status != http.StatusBadRequest {
		t.Errorf("status %d for what is too long", status)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

// inOrder posts events one after the other and waits until all are applied.
func inOrder(t *testing.T, url string, each int) {
	var want strings.Builder
	for n := range each {
		event := fmt.Sprint("event ", n)
		want.WriteString(event + "\n")
		if status, body := ask(t, "POST", url, event); status != http.StatusAccepted {
			t.Errorf("status %d, %q", status, body)
			return
		}
	}
	got := ""
	for deadline := time.Now().Add(20 * time.Second); got != want.String() && time.Now().Before(deadline); {
		_, got = ask(t, "GET", url, "")
	}
	if got != want.String() {
		t.Errorf("got %q, want %q", got, want.String())
	}
}

// A full queue refuses at once, and what is refused leaves no buffer behind.
func TestBusy(t *testing.T) {
	in := newInbox(1, 1)
	pooltest.VerifyNone(t, &in.mem)
	open, entered := make(chan struct{}), make(chan struct{})
	if err := in.workers.TrySubmit(func() { close(entered); <-open }); err != nil {
		t.Fatal(err)
	}
	<-entered
	post := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		in.handler().ServeHTTP(w, httptest.NewRequest("POST", "/accounts/ada/events", strings.NewReader("event")))
		return w
	}
	if w := post(); w.Code != http.StatusAccepted {
		t.Errorf("status %d while there is room", w.Code)
	}
	if w := post(); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d, header %v, want 503 and when to come again", w.Code, w.Header())
	}
	close(open)
	if err := in.workers.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if w := post(); w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d after Drain", w.Code)
	}
	if got := in.events["ada"]; len(got) != 1 || got[0] != "event" {
		t.Errorf("got %q, want the accepted event", got)
	}
}

// What was accepted is applied, although a client that never ends its request used up the time that clients have.
func TestSlowClientAtTheEnd(t *testing.T) {
	defer func(was time.Duration) { patience.clients = was }(patience.clients)
	patience.clients = 10 * time.Millisecond
	in := newInbox(1, 2)
	open, entered := make(chan struct{}), make(chan struct{})
	if err := in.workers.TrySubmit(func() { close(entered); <-open }); err != nil {
		t.Fatal(err)
	}
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, ln, in) }()
	url := "http://" + ln.Addr().String() + "/accounts/ada/events"
	if status, _ := ask(t, "POST", url, "accepted"); status != http.StatusAccepted {
		t.Fatalf("status %d", status)
	}
	slow := beginPost(t, ln.Addr().String())
	defer slow.Close()
	http.DefaultClient.CloseIdleConnections()
	cancel()
	time.AfterFunc(300*time.Millisecond, func() { close(open) }) // later than clients have, and than a Drain without time
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a request was cut, and the end says %v", err)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if got := in.events["ada"]; len(got) != 1 {
		t.Errorf("applied %q, want the event that was accepted", got)
	}
}

// Whoever does not want to wait for a slow client asks twice.
func TestSecondSignal(t *testing.T) {
	cmd, addr := start(t, "-addr", "127.0.0.1:0")
	slow := beginPost(t, addr)
	defer slow.Close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for running := true; running; {
		cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
			running = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	if s := cmd.ProcessState.Sys().(syscall.WaitStatus); !s.Signaled() || s.Signal() != syscall.SIGTERM {
		t.Errorf("%v, want an end by the second SIGTERM", cmd.ProcessState)
	}
}

// beginPost sends a header, and its body never; the handler is reading when it returns.
func beginPost(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "POST /accounts/ada/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
	if _, err := c.Read(make([]byte, 1)); err != nil { // of 100 Continue
		t.Fatal(err)
	}
	return c
}

func TestFlagsOutOfRange(t *testing.T) {
	for _, flag := range []string{"-workers=0", "-workers=-3", "-queue=0", "-queue=-1"} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // what is not refused would serve for ever
		out, err := exec.CommandContext(ctx, os.Args[0], "-addr", "127.0.0.1:0", flag).CombinedOutput()
		if err == nil || ctx.Err() != nil || !strings.Contains(string(out), "want 1 or more") {
			t.Errorf("%s: %v: %s", flag, err, out)
		}
		cancel()
	}
}

// start runs the program until the test's end, if it has not ended by then.
func start(t *testing.T, args ...string) (cmd *exec.Cmd, addr string) {
	t.Helper()
	cmd = exec.Command(os.Args[0], args...)
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
	return cmd, addr
}

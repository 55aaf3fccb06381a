package netpoll_test

import (
	"errors"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/netpoll"
)

const (
	readable = netpoll.Readable
	writable = netpoll.Writable
	hangUp   = netpoll.HangUp
	timeout  = netpoll.Timeout
)

func newPoller(t testing.TB) *netpoll.Poller {
	t.Helper()
	p, err := netpoll.NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// ends are the two of one connection over network.
func ends(t testing.TB, network string) (here, there net.Conn) {
	t.Helper()
	l := listenOn(t, network)
	defer l.Close()
	there = dial(t, l)
	here, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { here.Close() })
	return here, there
}

// watchedEnds is a connection whose Watch has a channel.
func watchedEnds(t testing.TB, p *netpoll.Poller) (w *netpoll.Watch, here, there net.Conn) {
	t.Helper()
	here, there = ends(t, "tcp")
	w, err := p.Watch(here, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop() })
	return w, here, there
}

func once(t testing.TB, w *netpoll.Watch, want netpoll.Event) {
	t.Helper()
	if err := w.Once(want); err != nil {
		t.Fatal(err)
	}
}

func expect(t testing.TB, w *netpoll.Watch, want netpoll.Event) {
	t.Helper()
	select {
	case ev := <-w.C:
		if ev != want {
			t.Fatalf("got %v, want %v", ev, want)
		}
	case <-time.After(20 * time.Second):
		t.Fatalf("never: %v", want)
	}
}

func expectNone(t testing.TB, w *netpoll.Watch) {
	t.Helper()
	select {
	case ev := <-w.C:
		t.Fatalf("got %v, want nothing", ev)
	case <-time.After(30 * time.Millisecond):
	}
}

func send(t testing.TB, c net.Conn, s string) {
	t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		t.Fatal(err)
	}
}

func expectBytes(t testing.TB, c net.Conn, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("read %q, %v; want %q", got, err, want)
	}
}

// Each arming gives one event, also for what was there before it.
func TestPollerOnce(t *testing.T) {
	t.Parallel()
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			here, there := ends(t, network)
			w, err := newPoller(t).Watch(here, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Stop()
			send(t, there, "before")
			expectNone(t, w)
			for range 3 {
				once(t, w, readable)
				expect(t, w, readable)
			}
			send(t, there, " and after")
			expectNone(t, w)
			expectBytes(t, here, "before and after")
			once(t, w, readable)
			expectNone(t, w)
			send(t, there, "!")
			expect(t, w, readable)
			expectBytes(t, here, "!")
		})
	}
}

func TestPollerAlways(t *testing.T) {
	here, there := ends(t, "tcp")
	var calls atomic.Int32
	got := make(chan byte, 1)
	w, err := newPoller(t).Watch(here, func(_ *netpoll.Watch, ev netpoll.Event) {
		calls.Add(1)
		var b [1]byte
		here.Read(b[:])
		got <- b[0]
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Always(readable); err != nil {
		t.Fatal(err)
	}
	send(t, there, "abc")
	for _, want := range []byte("abc") {
		if b := <-got; b != want {
			t.Fatalf("got %q, want %q", b, want)
		}
	}
	time.Sleep(20 * time.Millisecond)
	send(t, there, "d")
	<-got
	w.Stop()
	if n := calls.Load(); n != 4 {
		t.Errorf("%d calls for 4 bytes", n)
	}
	send(t, there, "e")
	expectBytes(t, here, "e") // and not by the function
}

func TestPollerWritable(t *testing.T) {
	t.Parallel()
	w, here, there := watchedEnds(t, newPoller(t))
	once(t, w, writable)
	expect(t, w, writable)
	here.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	full := 0
	for buf := make([]byte, 1<<16); ; {
		n, err := here.Write(buf)
		full += n
		if err != nil {
			break
		}
	}
	here.SetWriteDeadline(time.Time{})
	once(t, w, writable)
	if runtime.GOOS != "windows" { // which has no way to tell
		expectNone(t, w)
	}
	if _, err := io.CopyN(io.Discard, there, int64(full)); err != nil {
		t.Fatal(err)
	}
	expect(t, w, writable)
}

func TestPollerHangUp(t *testing.T) {
	w, here, there := watchedEnds(t, newPoller(t))
	once(t, w, readable)
	there.(*net.TCPConn).CloseWrite()
	expect(t, w, readable|hangUp)
	once(t, w, hangUp)
	expect(t, w, hangUp)
	send(t, here, "still open this way")
	expectBytes(t, there, "still open this way")
}

// Waiting for the end alone is not disturbed by bytes.
func TestPollerHangUpAlone(t *testing.T) {
	t.Parallel()
	w, here, there := watchedEnds(t, newPoller(t))
	once(t, w, hangUp)
	send(t, there, "bytes")
	expectNone(t, w)
	if !w.Stop() {
		t.Error("was not waiting")
	}
	expectBytes(t, here, "bytes")
}

func TestPollerReset(t *testing.T) {
	w, here, there := watchedEnds(t, newPoller(t))
	once(t, w, readable)
	there.(*net.TCPConn).SetLinger(0)
	there.Close()
	expect(t, w, readable|hangUp)
	if _, err := here.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("read %v, want a reset", err)
	}
}

// What is wanted may change while it is waited for: what was asked before is forgotten.
func TestPollerChangesItsMind(t *testing.T) {
	w, here, there := watchedEnds(t, newPoller(t))
	for range soak(t, 500) {
		once(t, w, readable)
		go there.Write([]byte("x"))
		once(t, w, writable)
		var got netpoll.Event
		for got&writable == 0 {
			select {
			case ev := <-w.C: // readable, if it came before the change
				got |= ev
			case <-time.After(20 * time.Second):
				t.Fatalf("got %v, want %v", got, writable)
			}
		}
		expectBytes(t, here, "x")
	}
}

func TestPollerDeadline(t *testing.T) {
	t.Parallel()
	w, here, there := watchedEnds(t, newPoller(t))
	start := time.Now()
	w.SetDeadline(start.Add(150 * time.Millisecond))
	expectNone(t, w) // not armed yet
	once(t, w, readable)
	expect(t, w, timeout)
	if d := time.Since(start); d < 150*time.Millisecond {
		t.Errorf("after %v, early", d)
	}
	once(t, w, readable)
	expect(t, w, timeout) // holds until set anew
	w.SetDeadline(time.Time{})
	once(t, w, readable)
	expectNone(t, w)
	w.SetDeadline(time.Now().Add(-time.Hour)) // while it waits
	expect(t, w, timeout)
	w.SetDeadline(time.Now().Add(150 * time.Millisecond))
	once(t, w, readable)
	w.SetDeadline(time.Now().Add(time.Hour))
	time.Sleep(400 * time.Millisecond)
	expectNone(t, w)
	send(t, there, "in time")
	expect(t, w, readable)
	expectBytes(t, here, "in time") // no deadline is left on the connection
}

// An Always that times out is over.
func TestPollerAlwaysDeadline(t *testing.T) {
	t.Parallel()
	here, there := ends(t, "tcp")
	events := make(chan netpoll.Event, 100)
	w, err := newPoller(t).Watch(here, func(_ *netpoll.Watch, ev netpoll.Event) { events <- ev })
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	w.SetDeadline(time.Now().Add(50 * time.Millisecond))
	w.Always(readable)
	if ev := <-events; ev != timeout {
		t.Errorf("got %v", ev)
	}
	send(t, there, "late")
	time.Sleep(30 * time.Millisecond)
	if len(events) > 0 {
		t.Errorf("got %v after the timeout", <-events)
	}
}

func TestPollerClose(t *testing.T) {
	t.Parallel()
	p, err := netpoll.NewPoller()
	if err != nil {
		t.Fatal(err)
	}
	waits, here, there := watchedEnds(t, p)
	rests, _, _ := watchedEnds(t, p)
	once(t, waits, readable)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, waits, netpoll.Closed)
	expectNone(t, rests)
	for _, err := range []error{p.Close(), rests.Once(readable), waits.SetDeadline(time.Time{})} {
		if !errors.Is(err, netpoll.ErrPollerClosed) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := p.Watch(here, nil); !errors.Is(err, netpoll.ErrPollerClosed) {
		t.Errorf("Watch: %v", err)
	}
	rests.Stop()
	send(t, there, "open")
	expectBytes(t, here, "open")
}

// Everything may be called from the function that is given events.
func TestPollerFromItsFunction(t *testing.T) {
	p := newPoller(t)
	here, there := ends(t, "tcp")
	done := make(chan error, 1)
	n := 0
	w, err := p.Watch(here, func(w *netpoll.Watch, ev netpoll.Event) {
		n++
		switch n {
		case 1:
			done <- w.Once(readable | writable)
		case 2:
			w.Stop()
			done <- w.Once(readable)
			done <- p.Close()
		default:
			t.Errorf("got %v after Stop", ev)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	once(t, w, readable)
	send(t, there, "x")
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := <-done; !errors.Is(err, netpoll.ErrStopped) {
		t.Errorf("Once after Stop: %v", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPollerRefuses(t *testing.T) {
	p := newPoller(t)
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if _, err := p.Watch(a, nil); !errors.Is(err, netpoll.ErrNotPollable) {
		t.Errorf("a net.Pipe: %v", err)
	}
	w, here, _ := watchedEnds(t, p)
	for name, f := range map[string]func(){
		"nothing": func() { w.Once(0) },
		"timeout": func() { w.Once(timeout) },
		"channel": func() { w.Always(readable) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
	here.Close()
	if err := w.Once(readable); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed connection: %v", err)
	}
}

func TestEventString(t *testing.T) {
	if s := (readable | hangUp).String(); s != "readable|hang-up" {
		t.Error(s)
	}
}

// What was not received is not forgotten for what comes after.
func TestPollerChannelAdds(t *testing.T) {
	t.Parallel()
	w, _, there := watchedEnds(t, newPoller(t))
	once(t, w, readable)
	send(t, there, "x")
	eventually(t, "an event", func() bool { return len(w.C) == 1 })
	once(t, w, writable)
	time.Sleep(50 * time.Millisecond) // on a slow machine it may come apart, and then the sum is the same
	var got netpoll.Event
	for got&writable == 0 {
		got |= <-w.C
	}
	if got != readable|writable {
		t.Errorf("got %v", got)
	}
}

// The function of a Watch is not called while it runs, though both directions be ready.
func TestPollerOneAtATime(t *testing.T) {
	here, there := ends(t, "tcp")
	var running atomic.Int32
	calls := make(chan struct{}, 1000)
	w, err := newPoller(t).Watch(here, func(w *netpoll.Watch, _ netpoll.Event) {
		if running.Add(1) > 1 {
			t.Error("called while it runs")
		}
		w.Always(readable | writable)
		time.Sleep(time.Millisecond)
		running.Add(-1)
		calls <- struct{}{}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	send(t, there, "never read")
	w.Always(readable | writable)
	for range 30 {
		<-calls
	}
}

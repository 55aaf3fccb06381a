package main

import (
	"bufio"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// scripted is a server that answers the n-th request (from 1, over all
// connections) with what answer returns; an empty answer closes the connection.
func scripted(t *testing.T, answer func(n int64) string) (addr string, list []Target) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	var asked atomic.Int64
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer nc.Close()
				for br := bufio.NewReader(nc); ; {
					line, err := br.ReadString('\n')
					if err != nil {
						return
					}
					if line != "\r\n" {
						continue
					}
					text := answer(asked.Add(1))
					if nc.Write([]byte(text)); text == "" {
						return
					}
				}
			}()
		}
	}()
	target := Target{Raw: []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Body: []byte("abc")}
	return ln.Addr().String(), []Target{target, target}
}

const right = ok200 + "Content-Length: 3\r\n\r\nabc"

func opened(t *testing.T, conns int, answer func(n int64) string) *Fleet {
	t.Helper()
	addr, list := scripted(t, answer)
	f := &Fleet{}
	t.Cleanup(f.shut)
	r := f.do(Command{Op: "open", Addr: addr, Conns: conns, Targets: list})
	if r.Error != "" || r.Requests != uint64(conns) {
		t.Fatalf("open: %+v", r)
	}
	return f
}

// A server that is right nine times of ten must not get away with it.
func TestFleetCountsEveryFailure(t *testing.T) {
	for name, wrong := range map[string]string{
		"status":     "HTTP/1.1 500 Oops\r\nContent-Length: 3\r\n\r\nabc",
		"other body": ok200 + "Content-Length: 3\r\n\r\nabd",
		"closes":     "",
		"garbage":    "garbage\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			var wrongs, asked atomic.Int64
			f := opened(t, 4, func(n int64) string {
				asked.Store(n)
				if n%10 == 0 {
					wrongs.Add(1)
					return wrong
				}
				return right
			})
			r := f.do(Command{Op: "closed", For: 100 * time.Millisecond})
			if r.Failures != uint64(wrongs.Load()) || r.Failures == 0 || r.FirstFailure == "" {
				t.Errorf("%d failures counted (%q), %d answers were wrong", r.Failures, r.FirstFailure, wrongs.Load())
			}
			if want := uint64(asked.Load()) - 4 - r.Failures; r.Requests != want {
				t.Errorf("%d right answers counted, %d given", r.Requests, want)
			}
		})
	}
}

// A server that announces its close has done nothing wrong.
func TestFleetFollowsClose(t *testing.T) {
	f := opened(t, 1, func(n int64) string {
		if n%5 == 0 {
			return strings.Replace(right, "\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1)
		}
		return right
	})
	r := f.do(Command{Op: "closed", For: 50 * time.Millisecond})
	if r.Failures != 0 || r.Reconnects == 0 {
		t.Errorf("%d failures (%s), %d reconnects", r.Failures, r.FirstFailure, r.Reconnects)
	}
}

// The trap of coordinated omission: one stall of 400 ms in a second of 200
// requests delays 80 of them. A client that waits with the server would see one.
func TestPacedChargesTheStall(t *testing.T) {
	f := opened(t, 1, func(n int64) string {
		if n == 50 {
			time.Sleep(400 * time.Millisecond)
		}
		return right
	})
	r := f.do(Command{Op: "paced", Rate: 200, For: time.Second})
	if r.Requests != 200 || r.Failures != 0 {
		t.Fatalf("%d requests, %d failures, want 200 and 0", r.Requests, r.Failures)
	}
	if r.Latency.P90 < 150*time.Millisecond {
		t.Errorf("p90 %v: the stall was charged to one request only", r.Latency.P90)
	}
}

// Requests are sent by the clock, whatever the answers do.
func TestPacedRate(t *testing.T) {
	f := opened(t, 8, func(int64) string { return right })
	r := f.do(Command{Op: "paced", Rate: 1000, For: 300 * time.Millisecond})
	if r.Requests != 300 || r.Seconds < 0.295 || r.Late.Count != 300 {
		t.Errorf("%d requests in %v s, %d sent on the clock", r.Requests, r.Seconds, r.Late.Count)
	}
}

// A server that is gone ends a command early, not after its connections spun.
func TestFleetGivesUp(t *testing.T) {
	f := opened(t, 2, func(int64) string { return right })
	for _, c := range f.conns {
		c.close()
		c.addr = "127.0.0.1:1" // nobody listens
	}
	r := f.do(Command{Op: "closed", For: 2 * time.Second})
	if r.Requests != 0 || r.Failures != 2*tooManyFailures {
		t.Errorf("%d requests, %d failures", r.Requests, r.Failures)
	}
}

func TestFleetRefuses(t *testing.T) {
	var f Fleet
	for _, cmd := range []Command{{Op: "nonsense"}, {Op: "open", Conns: 1}} {
		if r := f.do(cmd); r.Error == "" {
			t.Errorf("%s: no error", cmd.Op)
		}
	}
}

func TestPick(t *testing.T) {
	list := make([]Target, 6) // three users
	count := make(map[*Target]int)
	for n := range 300 {
		count[pick(list, 1, n)]++
	}
	var reads int
	for i := range list {
		if count[&list[i]] == 0 {
			t.Errorf("target %d is never asked", i)
		}
		if i >= 3 {
			reads += count[&list[i]]
		}
	}
	if reads != 300/sessionShare {
		t.Errorf("%d user reads of 300, want %d", reads, 300/sessionShare)
	}
}

package main

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// loginLoop logs in with several clients until the server is gone, and returns how many logins were acknowledged.
func loginLoop(url string, clients int, acked *atomic.Int64) *sync.WaitGroup {
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			client := http.Client{Transport: transport}
			for {
				resp, err := client.Post(url+"/v1/sessions", "application/json", strings.NewReader(adaCredentials))
				if err != nil {
					return
				}
				resp.Body.Close()
				if resp.StatusCode == http.StatusCreated {
					acked.Add(1)
				}
			}
		})
	}
	return &all
}

// storedLogins counts the audit log of a fresh process, at most maxAuditLimit.
func storedLogins(t *testing.T, url string) int {
	t.Helper()
	token := login(t, url)
	a := call(t, "GET", url+"/v1/audit?limit="+strconv.Itoa(maxAuditLimit), "", "Authorization", "Bearer "+token)
	n := 0
	for _, e := range decode[AuditView](t, a, http.StatusOK).Events {
		if e.Type == "login" {
			n++
		}
	}
	return n
}

func TestSIGTERMLosesNoLogin(t *testing.T) {
	eachVariant(t, func(t *testing.T, variant string) {
		sink := newEventSink(t)
		p := startProcess(t, "-variant", variant, "-data", t.TempDir(), "-drain", "100ms", "-events", sink.URL)
		register(t, p.url)
		const clients = 4
		var acked atomic.Int64
		all := loginLoop(p.url, clients, &acked)
		eventually(t, "50 logins", func() bool { return acked.Load() > 50 })
		p.terminate()
		all.Wait()
		if n := int64(sink.unique()); n < acked.Load() || n > acked.Load()+clients {
			t.Errorf("sink has %d events, %d logins were acknowledged", n, acked.Load())
		}
	})
}

// SIGKILL: what was stored is posted by the next process, and what was not stored is at most one batch.
func TestSIGKILLLosesAtMostOneBatch(t *testing.T) {
	eachVariant(t, func(t *testing.T, variant string) {
		sink := newEventSink(t)
		sink.answer(http.StatusInternalServerError)
		args := []string{"-variant", variant, "-data", t.TempDir(), "-events", sink.URL}
		p := startProcess(t, args...)
		register(t, p.url)
		token := login(t, p.url)
		const clients = 4
		var acked atomic.Int64
		all := loginLoop(p.url, clients, &acked)
		eventually(t, "more than a batch of logins", func() bool { return acked.Load() > auditBatch+100 })
		p.kill()
		all.Wait()
		sink.mu.Lock()
		clear(sink.seen) // nothing it answered 500 to counts
		sink.status = 0
		sink.mu.Unlock()

		p = startProcess(t, args...)
		checkSession(t, p.url, token, http.StatusOK)
		least := min(int(acked.Load())+1-auditBatch, maxAuditLimit)
		stored := storedLogins(t, p.url)
		if stored < least {
			t.Errorf("%d logins stored of %d acknowledged, want at least %d", stored, acked.Load()+1, least)
		}
		eventually(t, "all stored logins are delivered", func() bool { return sink.unique() >= stored })
		p.kill()
		t.Logf("%d acknowledged, %d stored", acked.Load()+1, stored)
	})
}

// What the sink was slow to acknowledge when SIGKILL came is posted again: at least once, never never.
func TestSIGKILLDuringDelivery(t *testing.T) {
	eachVariant(t, func(t *testing.T, variant string) {
		sink := newEventSink(t)
		sink.hold = make(chan struct{}) // it has counted, and does not say so
		args := []string{"-variant", variant, "-data", t.TempDir(), "-events", sink.URL}
		p := startProcess(t, args...)
		register(t, p.url)
		login(t, p.url)
		eventually(t, "the sink has seen the event", func() bool { return sink.unique() == 1 })
		p.kill()
		close(sink.hold)
		startProcess(t, args...)
		eventually(t, "it was posted again", func() bool {
			sink.mu.Lock()
			defer sink.mu.Unlock()
			for _, times := range sink.seen {
				return times == 2
			}
			return false
		})
		if n := sink.unique(); n != 1 {
			t.Errorf("%d different events, want 1", n)
		}
	})
}

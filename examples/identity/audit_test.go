package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

var discardLog = slog.New(slog.DiscardHandler)

func acceptAll(t *testing.T) string { return newEventSink(t).URL }

func courier(t *testing.T, store EventStore, url string) *Courier {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	encode := func(events []Event) ([]byte, error) { return json.Marshal(events) }
	return &Courier{store: store, url: url, client: &http.Client{Transport: transport}, encode: encode, log: discardLog}
}

func closeAudit(t *testing.T, a *Audit, patience time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := a.Close(ctx); err != nil {
		t.Error(err)
	}
}

func event() Event { return newEvent("usr_1", "127.0.0.1", time.Now()) }

func TestAuditDeliversEveryEventOnce(t *testing.T) {
	store, sink := boltStore(t), newEventSink(t)
	a := NewAudit(store, courier(t, store, sink.URL), discardLog)
	const writers, each = 8, 100
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				if err := a.Record(t.Context(), event()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	closeAudit(t, a, 20*time.Second)
	if n := sink.unique(); n != writers*each {
		t.Errorf("sink has %d events, want %d", n, writers*each)
	}
	for id, times := range sink.seen {
		if times != 1 {
			t.Errorf("event %s posted %d times", id, times)
		}
	}
	if left, _, err := store.PendingEvents(t.Context(), 1); len(left) != 0 || err != nil {
		t.Errorf("pending after Close: %v, %v", left, err)
	}
}

// A sink that has moved gets nothing: net/http would follow the redirect with a GET, and an answer to that is no receipt.
func TestRedirectIsNoReceipt(t *testing.T) {
	forEachClient(t, func(t *testing.T, client *http.Client) {
		store := boltStore(t)
		for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther} {
			sink := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					http.Redirect(w, r, "/elsewhere", status)
				}
			}))
			c := courier(t, store, sink.URL)
			c.client = client
			if err := store.AppendEvents(t.Context(), []Event{event()}); err != nil {
				t.Fatal(err)
			}
			err := c.deliver(t.Context())
			left, _, _ := store.PendingEvents(t.Context(), 10)
			if err == nil || len(left) == 0 {
				t.Errorf("status %d: %v, %d events pending: taken for delivered", status, err, len(left))
			}
			client.CloseIdleConnections()
			sink.Close()
		}
	})
}

func forEachClient(t *testing.T, test func(t *testing.T, client *http.Client)) {
	for _, name := range variantNames() {
		t.Run(name, func(t *testing.T) {
			client := variants[name].client()
			defer client.CloseIdleConnections()
			test(t, client)
		})
	}
}

// With the sink down, Close keeps the events, and the next process delivers them.
func TestAuditOutlivesItsSink(t *testing.T) {
	store, sink := boltStore(t), newEventSink(t)
	sink.answer(http.StatusServiceUnavailable)
	a := NewAudit(store, courier(t, store, sink.URL), discardLog)
	for range 10 {
		if err := a.Record(t.Context(), event()); err != nil {
			t.Fatal(err)
		}
	}
	stored := func() bool {
		left, _, err := store.PendingEvents(t.Context(), 100)
		return len(left) == 10 && err == nil
	}
	eventually(t, "ten events are stored", stored) // or Close's patience may end before they are
	closeAudit(t, a, 300*time.Millisecond)
	if !stored() {
		t.Fatal("Close did not keep the events")
	}
	sink.answer(0)
	a = NewAudit(store, courier(t, store, sink.URL), discardLog)
	closeAudit(t, a, 20*time.Second)
	if left, _, _ := store.PendingEvents(t.Context(), 100); len(left) != 0 || sink.unique() != 10 {
		t.Errorf("%d pending, %d delivered; want 0 and 10", len(left), sink.unique())
	}
}

// brokenStore takes no events until it is mended.
type brokenStore struct {
	*BoltStore
	mended chan struct{}
}

func (s brokenStore) AppendEvents(ctx context.Context, events []Event) error {
	select {
	case <-s.mended:
		return s.BoltStore.AppendEvents(ctx, events)
	default:
		return errors.New("disk full")
	}
}

// Events that the store did not take before Close's patience ended are lost, and Close says how many.
func TestCloseTellsWhatWasLost(t *testing.T) {
	store := brokenStore{boltStore(t), make(chan struct{})}
	a := NewAudit(store, courier(t, store, acceptAll(t)), discardLog)
	for range 3 {
		time.Sleep(2 * auditWindow) // more than one batch
		if err := a.Record(t.Context(), event()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := a.Close(ctx); err == nil || !strings.Contains(err.Error(), "3 audit events") {
		t.Errorf("Close: %v, want an error that counts 3", err)
	}
}

func TestFullQueueRefusesAndDropsNothing(t *testing.T) {
	t.Parallel()
	store := brokenStore{boltStore(t), make(chan struct{})}
	sink := newEventSink(t)
	a := NewAudit(store, courier(t, store, sink.URL), discardLog)
	for range auditBatch {
		if err := a.Record(t.Context(), event()); err != nil {
			t.Fatal(err)
		}
	}
	begin := time.Now()
	if err := a.Record(t.Context(), event()); !errors.Is(err, ErrBusy) {
		t.Fatalf("queue full: %v, want ErrBusy", err)
	}
	if waited := time.Since(begin); waited < auditWait {
		t.Errorf("refused after %v, want some patience first", waited)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Record(ctx, event()); !errors.Is(err, context.Canceled) {
		t.Errorf("client gone: %v", err)
	}
	close(store.mended)
	closeAudit(t, a, 20*time.Second)
	if n := sink.unique(); n != auditBatch {
		t.Errorf("sink has %d events, want the %d that were accepted", n, auditBatch)
	}
	if err := a.Record(t.Context(), event()); !errors.Is(err, ErrBusy) {
		t.Errorf("after Close: %v, want ErrBusy", err)
	}
}

// A login the audit refused leaves no session behind.
func TestRefusedLoginLeavesNoSession(t *testing.T) {
	s := service(t)
	if _, err := s.Register(t.Context(), Registration{Name: "Ada", Email: "ada@example.com", Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	s.audit.Close(t.Context())
	if _, err := s.Login(t.Context(), Credentials{"ada@example.com", "correct horse"}, ""); !errors.Is(err, ErrBusy) {
		t.Fatalf("%v, want ErrBusy", err)
	}
	if n, err := s.store.SweepSessions(t.Context(), time.Now().Add(48*time.Hour), 10); n != 0 || err != nil {
		t.Errorf("%d sessions left, %v", n, err)
	}
}

// A sink that took the batch and whose answer was lost gets it again, and the program's own sink drops it.
func TestSinkDropsRepeats(t *testing.T) {
	sink, err := StartSink()
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	store := boltStore(t)
	var tries int
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		sink.ServeHTTP(rec, r)
		if tries++; tries == 1 {
			panic(http.ErrAbortHandler) // taken, but the courier never hears so
		}
		w.WriteHeader(rec.Code)
	}))
	defer front.Close()
	a := NewAudit(store, courier(t, store, front.URL), discardLog)
	for range 5 {
		if err := a.Record(t.Context(), event()); err != nil {
			t.Fatal(err)
		}
	}
	closeAudit(t, a, 20*time.Second)
	if unique, repeats := sink.Counts(); unique != 5 || repeats != 5 {
		t.Errorf("%d unique, %d repeats; want 5 and 5", unique, repeats)
	}
}

func TestSinkForgetsTheOldest(t *testing.T) {
	s := &Sink{seen: map[string]struct{}{}, order: make([]string, 2)}
	for _, id := range []string{"a", "b", "c", "c", "a"} {
		s.take(id)
	}
	if unique, repeats := s.Counts(); unique != 4 || repeats != 1 || len(s.seen) != 2 {
		t.Errorf("%d unique, %d repeats, %d remembered", unique, repeats, len(s.seen))
	}
}

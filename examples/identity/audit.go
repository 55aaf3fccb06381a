package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	// auditBatch is also the queue's bound: an event holds its slot until it is stored, so no more than this many
	// acknowledged logins are ever in memory only. That is what SIGKILL can lose.
	auditBatch  = 256
	auditWindow = 50 * time.Millisecond // the longest an event waits for company
	auditWait   = time.Second           // the longest a login waits for a slot
)

// Audit takes events from logins, stores them in batches and has them delivered. It never drops one: a full queue slows
// logins down and then refuses them. Record is safe for concurrent use.
type Audit struct {
	store EventStore
	slots chan struct{} // a token for each event not yet stored
	log   *slog.Logger

	mu     sync.Mutex // makes "closed, then no more sends" true
	queue  chan Event
	closed bool

	stored  chan struct{} // wakes the courier; one pending wake-up is enough
	stop    context.CancelFunc
	giveUp  context.Context // ends when Close's patience does
	courier *Courier
	lost    int // events that could not be stored; lost and why are write's until done
	why     error
	done    sync.WaitGroup
}

// NewAudit starts storing events, and delivering what is stored to courier, including what an earlier process left.
func NewAudit(store EventStore, courier *Courier, log *slog.Logger) *Audit {
	a := &Audit{
		store: store, courier: courier, log: log,
		slots: make(chan struct{}, auditBatch), queue: make(chan Event, auditBatch), stored: make(chan struct{}, 1),
	}
	a.giveUp, a.stop = context.WithCancel(context.Background())
	a.done.Go(a.write)
	a.done.Go(func() { courier.run(a.giveUp, a.stored) })
	return a
}

// Record hands one event over, waiting a bounded time while the store is behind. After nil the event survives everything
// but SIGKILL before its batch is stored.
func (a *Audit) Record(ctx context.Context, e Event) error {
	select {
	case a.slots <- struct{}{}:
	default:
		if err := a.waitForSlot(ctx); err != nil {
			return err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		<-a.slots
		return ErrBusy
	}
	a.queue <- e // never blocks: it has a place for each slot
	return nil
}

func (a *Audit) waitForSlot(ctx context.Context) error {
	patience := time.NewTimer(auditWait)
	defer patience.Stop()
	select {
	case a.slots <- struct{}{}:
		return nil
	case <-patience.C:
		return ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write stores batches until the queue is closed and empty.
func (a *Audit) write() {
	defer close(a.stored)
	for {
		batch := a.collect()
		if len(batch) == 0 {
			return
		}
		if err := a.persist(batch); err != nil {
			a.lost, a.why = a.lost+len(batch), err
		}
		for range batch {
			<-a.slots
		}
		select {
		case a.stored <- struct{}{}:
		default:
		}
	}
}

// collect waits for one event and then for more of them, as long as the batch has room and the window is open.
func (a *Audit) collect() []Event {
	first, ok := <-a.queue
	if !ok {
		return nil
	}
	batch := []Event{first}
	window := time.NewTimer(auditWindow)
	defer window.Stop()
	for len(batch) < auditBatch {
		select {
		case e, ok := <-a.queue:
			if !ok {
				return batch
			}
			batch = append(batch, e)
		case <-window.C:
			return batch
		}
	}
	return batch
}

// persist tries until it works or Close's patience ends: while the disk is full, slots stay taken and logins get 503.
func (a *Audit) persist(batch []Event) error {
	for retry := newBackoff(); ; {
		err := a.store.AppendEvents(a.giveUp, batch)
		if err == nil {
			return nil
		}
		a.log.Warn("audit store", "error", err)
		if !retry.wait(a.giveUp) {
			return err
		}
	}
}

// Close stores what was recorded and tries to deliver all of it until ctx ends. What is stored and not delivered waits
// for the next start; the error counts what could not even be stored.
func (a *Audit) Close(ctx context.Context) error {
	a.mu.Lock()
	if !a.closed {
		a.closed = true
		close(a.queue)
	}
	a.mu.Unlock()
	defer a.stop()
	release := context.AfterFunc(ctx, a.stop)
	defer release()
	a.done.Wait()
	if a.lost > 0 {
		return fmt.Errorf("identity: %d audit events lost: %w", a.lost, a.why)
	}
	return nil
}

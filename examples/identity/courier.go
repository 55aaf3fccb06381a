package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"
)

// Courier posts stored events to the sink, in order, at least once: its cursor moves only after the sink's 2xx, so a
// crash in between posts a batch again, and the sink drops what it has seen by event id. One goroutine runs it.
type Courier struct {
	store  EventStore
	url    string
	client *http.Client
	encode func([]Event) ([]byte, error) // the variant's JSON
	log    *slog.Logger
}

const (
	postBatch   = 256
	postTimeout = 5 * time.Second
)

// newClient is a courier's client over the variant's transport. It follows no redirect: after a 301, 302 or 303 a POST goes
// on as a GET without its body, and whoever answers that has not got the events.
func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// run delivers whenever something was stored, and after a pause when the sink is down. When stored is closed it makes a
// last round, as long as ctx lets it.
func (c *Courier) run(ctx context.Context, stored <-chan struct{}) {
	retry := newBackoff()
	for last := false; ; {
		err := c.deliver(ctx)
		switch {
		case err == nil && last:
			return
		case err == nil:
			retry = newBackoff()
			_, more := <-stored
			last = !more
		default:
			c.log.Warn("audit sink", "error", err)
			if !retry.wait(ctx) {
				return // what is stored waits for the next start
			}
		}
	}
}

// deliver posts batch after batch until nothing is pending.
func (c *Courier) deliver(ctx context.Context) error {
	for {
		events, cursor, err := c.store.PendingEvents(ctx, postBatch)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := c.post(ctx, events); err != nil {
			return err
		}
		if err := c.store.MarkDelivered(ctx, cursor); err != nil {
			return err
		}
	}
}

func (c *Courier) post(ctx context.Context, events []Event) error {
	body, err := c.encode(events)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, postTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // read to the end, or the connection is not reused
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("sink answered %s", resp.Status)
	}
	return nil
}

// backoff is a pause that doubles from 50 ms to 5 s, with jitter so that many processes do not come back together.
type backoff struct{ next time.Duration }

const (
	backoffFirst = 50 * time.Millisecond
	backoffMost  = 5 * time.Second
)

func newBackoff() *backoff { return &backoff{next: backoffFirst} }

// wait reports whether it is worth trying again: ctx has not ended.
func (b *backoff) wait(ctx context.Context) bool {
	pause := time.NewTimer(b.next/2 + rand.N(b.next/2))
	defer pause.Stop()
	b.next = min(2*b.next, backoffMost)
	select {
	case <-pause.C:
		return true
	case <-ctx.Done():
		return false
	}
}

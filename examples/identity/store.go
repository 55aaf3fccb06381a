package main

import (
	"context"
	"errors"
	"time"
)

// Errors every store returns for what is not there or may not be twice; the service tells them apart with errors.Is.
var (
	ErrNotFound   = errors.New("identity: not found")
	ErrEmailTaken = errors.New("identity: the e-mail address is taken")
)

// Store is the seam between the service and where its data lives. It is three small interfaces because they part ways in
// a bigger installation: users and events in PostgreSQL, sessions in Redis. Every method is safe for concurrent use, and
// when a writing method returns nil the write survives SIGKILL.
type Store interface {
	UserStore
	SessionStore
	EventStore
	// Close waits for running calls.
	Close() error
}

// UserStore keeps accounts; it is what makes an address unique.
type UserStore interface {
	CreateUser(ctx context.Context, u User) error // ErrEmailTaken
	UserByID(ctx context.Context, id string) (User, error)
	UserByEmail(ctx context.Context, email string) (User, error)
}

// SessionStore keeps logins under their token's hash; the token itself never reaches it.
type SessionStore interface {
	CreateSession(ctx context.Context, h TokenHash, s Session) error
	Session(ctx context.Context, h TokenHash) (Session, error)
	DeleteSession(ctx context.Context, h TokenHash) error // nil when there is none
	// SweepSessions deletes at most limit sessions that had expired at now and returns how many it did.
	SweepSessions(ctx context.Context, now time.Time, limit int) (int, error)
}

// EventStore is the audit log and the outbox of its delivery in one: a cursor divides what the sink has acknowledged from
// what is to be posted again after a crash.
type EventStore interface {
	AppendEvents(ctx context.Context, events []Event) error
	// PendingEvents returns the oldest undelivered events and the cursor to pass to MarkDelivered.
	PendingEvents(ctx context.Context, limit int) (events []Event, cursor uint64, err error)
	MarkDelivered(ctx context.Context, cursor uint64) error
	// RecentEvents returns the newest events first.
	RecentEvents(ctx context.Context, limit int) ([]Event, error)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Service is the identity domain: what both variants serve. It knows no HTTP and no JSON. It is safe for concurrent use.
type Service struct {
	store  Store
	cache  *SessionCache
	hasher *Hasher
	audit  *Audit
	ttl    time.Duration // of a session
	now    func() time.Time
}

// NewService does not own the store or the audit; Close leaves both to the caller.
func NewService(store Store, hasher *Hasher, audit *Audit, ttl time.Duration) *Service {
	s := &Service{store: store, hasher: hasher, audit: audit, ttl: ttl, now: time.Now}
	s.cache = NewSessionCache(s.load)
	return s
}

// Close stops the cache.
func (s *Service) Close() { s.cache.Close() }

// Register creates an account.
func (s *Service) Register(ctx context.Context, r Registration) (User, error) {
	if err := r.normalise(); err != nil {
		return User{}, err
	}
	// Asked first only to save the hash; the store's own check is the one that counts.
	if _, err := s.store.UserByEmail(ctx, r.Email); err == nil {
		return User{}, ErrEmailTaken
	}
	hash, err := s.hasher.Hash(ctx, r.Password)
	if err != nil {
		return User{}, err
	}
	u := newUser(r, hash, s.now().UTC().Truncate(time.Second))
	if err := s.store.CreateUser(ctx, u); err != nil {
		return User{}, fmt.Errorf("register: %w", err)
	}
	return u, nil
}

// Login opens a session. The login is in the audit's hands before it is acknowledged; where the audit cannot keep up,
// the session is taken back and the client told to come again.
func (s *Service) Login(ctx context.Context, c Credentials, remote string) (LoginView, error) {
	if c.Email == "" || c.Password == "" {
		return LoginView{}, missing(c)
	}
	u, err := s.authenticate(ctx, c)
	if err != nil {
		return LoginView{}, err
	}
	now := s.now().UTC().Truncate(time.Second)
	token, hash := newToken()
	session := Session{UserID: u.ID, Created: now, Expires: now.Add(s.ttl)}
	if err := s.store.CreateSession(ctx, hash, session); err != nil {
		return LoginView{}, fmt.Errorf("login: %w", err)
	}
	if err := s.audit.Record(ctx, newEvent(u.ID, remote, now)); err != nil {
		// Not with ctx: its end may be the very reason.
		return LoginView{}, errors.Join(err, s.store.DeleteSession(context.WithoutCancel(ctx), hash))
	}
	return LoginView{Token: token, UserID: u.ID, Expires: session.Expires}, nil
}

func missing(c Credentials) error {
	var bad ValidationError
	if c.Email == "" {
		bad.add("email", "must not be empty")
	}
	if c.Password == "" {
		bad.add("password", "must not be empty")
	}
	return bad.orNil()
}

// authenticate costs one hash whether or not the address is known, or looks like one.
func (s *Service) authenticate(ctx context.Context, c Credentials) (User, error) {
	if len(c.Password) > maxPassword {
		c.Password = c.Password[:0]
	}
	email, _ := normaliseEmail(c.Email)
	u, err := s.store.UserByEmail(ctx, email)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return User{}, fmt.Errorf("login: %w", err)
	}
	ok, err := s.hasher.Verify(ctx, u.PasswordHash, c.Password)
	if err != nil {
		return User{}, err
	}
	if !ok {
		return User{}, ErrBadCredentials
	}
	return u, nil
}

// Session is the hot path: what a token stands for, or ErrNoSession. A cached session costs no allocation. The caller
// must not change what it gets: every request of the session shares it.
func (s *Service) Session(ctx context.Context, token string) (*Identity, error) {
	hash, ok := hashToken(token)
	if !ok {
		return nil, ErrNoSession
	}
	id, err := s.cache.Get(ctx, hash)
	if err != nil {
		return nil, err
	}
	if !s.now().Before(id.Expires) {
		return nil, ErrNoSession
	}
	return id, nil
}

// load is a cache miss.
func (s *Service) load(ctx context.Context, hash TokenHash) (*Identity, error) {
	session, err := s.store.Session(ctx, hash)
	if errors.Is(err, ErrNotFound) || err == nil && !s.now().Before(session.Expires) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	u, err := s.store.UserByID(ctx, session.UserID)
	if err != nil {
		return nil, fmt.Errorf("session's user: %w", err)
	}
	return &Identity{UserID: u.ID, Created: session.Created, Expires: session.Expires, Profile: u.Profile}, nil
}

// Logout ends the session everywhere in this process before it returns.
func (s *Service) Logout(ctx context.Context, token string) error {
	if _, err := s.Session(ctx, token); err != nil {
		return err
	}
	hash, _ := hashToken(token)
	if err := s.store.DeleteSession(ctx, hash); err != nil {
		return fmt.Errorf("logout: %w", err)
	}
	s.cache.Forget(hash)
	return nil
}

// User returns the public view of an account to anyone with a session.
func (s *Service) User(ctx context.Context, token, id string) (UserView, error) {
	if _, err := s.Session(ctx, token); err != nil {
		return UserView{}, err
	}
	u, err := s.store.UserByID(ctx, id)
	if err != nil {
		return UserView{}, err
	}
	return u.view(), nil
}

// RecentLogins returns the newest stored logins first to a session that may read the audit. A login is stored, and so
// seen here, within one batch of its answer.
func (s *Service) RecentLogins(ctx context.Context, token string, limit int) (AuditView, error) {
	id, err := s.Session(ctx, token)
	if err != nil {
		return AuditView{}, err
	}
	if !id.may("audit:read") {
		return AuditView{}, ErrForbidden
	}
	events, err := s.store.RecentEvents(ctx, limit)
	if events == nil {
		events = []Event{} // [] on the wire, not null
	}
	return AuditView{Events: events}, err
}

// sweepBatch bounds one transaction, so that logins need not wait for a whole sweep.
const sweepBatch = 1000

// Sweep deletes every session that has expired. When ctx ends it leaves the rest to the next sweep, which is no error.
func (s *Service) Sweep(ctx context.Context) error {
	for {
		n, err := s.store.SweepSessions(ctx, s.now(), sweepBatch)
		if err != nil {
			return fmt.Errorf("sweep: %w", err)
		}
		if n < sweepBatch || ctx.Err() != nil {
			return nil
		}
	}
}

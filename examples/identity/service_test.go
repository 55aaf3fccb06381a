package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
)

func registerAda(t *testing.T, s *Service) User {
	t.Helper()
	u, err := s.Register(t.Context(), Registration{Name: " Ada ", Email: " Ada@Example.COM ", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func loginAda(t *testing.T, s *Service) string {
	t.Helper()
	v, err := s.Login(t.Context(), Credentials{"ADA@example.com", "correct horse"}, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return v.Token
}

func TestSessionsExpire(t *testing.T) {
	s := service(t)
	registerAda(t, s)
	cached, uncached := loginAda(t, s), loginAda(t, s)
	if id, err := s.Session(t.Context(), cached); err != nil || id.Profile.Name != "Ada" || id.Profile.Email != "ada@example.com" {
		t.Fatalf("%+v, %v", id, err)
	}
	s.now = func() time.Time { return time.Now().Add(s.ttl + time.Second) }
	for name, token := range map[string]string{"cached": cached, "uncached": uncached} {
		if _, err := s.Session(t.Context(), token); !errors.Is(err, ErrNoSession) {
			t.Errorf("%s session after its time: %v, want ErrNoSession", name, err)
		}
	}
	if n, err := s.store.SweepSessions(t.Context(), s.now(), 1); n != 1 || err != nil {
		t.Errorf("first sweep: %d, %v; want its limit of 1", n, err)
	}
	if n, err := s.store.SweepSessions(t.Context(), s.now(), 10); n != 1 || err != nil {
		t.Errorf("second sweep: %d, %v; want the other", n, err)
	}
}

// However many have expired since the last sweep, it leaves none.
func TestSweepLeavesNothingExpired(t *testing.T) {
	s := service(t)
	expired := time.Now().Add(-time.Hour)
	err := s.store.(*BoltStore).db.Update(func(tx *bolt.Tx) error { // one transaction: CreateSession makes one, and an fsync, each
		for i := range 2*sweepBatch + 1 {
			h := TokenHash{byte(i), byte(i >> 8)}
			if err := errors.Join(tx.Bucket(bucketExpiry).Put(expiryKey(expired, h), nil), putJSON(tx.Bucket(bucketSessions), h[:], Session{})); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := s.Sweep(ended); err != nil { // SIGTERM in a sweep is nothing to warn of
		t.Error(err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := s.store.SweepSessions(t.Context(), time.Now(), 10*sweepBatch); n != 0 || err != nil {
		t.Errorf("%d expired sessions were left, %v", n, err)
	}
}

func TestSweepSparesTheLiving(t *testing.T) {
	s := service(t)
	registerAda(t, s)
	token := loginAda(t, s)
	if n, err := s.store.SweepSessions(t.Context(), time.Now(), 10); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if _, err := s.Session(t.Context(), token); err != nil {
		t.Error(err)
	}
	if err := s.Logout(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if n, err := s.store.SweepSessions(t.Context(), time.Now().Add(2*s.ttl), 10); n != 0 || err != nil {
		t.Errorf("a session that was logged out left %d traces, %v", n, err)
	}
}

// One address registered by many at the same moment makes one account.
func TestAddressIsTakenOnce(t *testing.T) {
	s := service(t)
	var created, taken atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			_, err := s.Register(t.Context(), Registration{Name: "Ada", Email: "ada@example.com", Password: "correct horse"})
			switch {
			case err == nil:
				created.Add(1)
			case errors.Is(err, ErrEmailTaken):
				taken.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if created.Load() != 1 || taken.Load() != 7 {
		t.Errorf("%d created, %d refused; want 1 and 7", created.Load(), taken.Load())
	}
}

func TestAuditNeedsItsPermission(t *testing.T) {
	s := service(t)
	u := registerAda(t, s)
	token := loginAda(t, s)
	eventually(t, "the login is in the audit", func() bool {
		v, err := s.RecentLogins(t.Context(), token, 10)
		return err == nil && len(v.Events) == 1 && v.Events[0].UserID == u.ID && v.Events[0].Remote == "192.0.2.1"
	})
	hash, _ := hashToken(token)
	s.cache.known.Set(hash, &Identity{UserID: u.ID, Expires: time.Now().Add(time.Hour), Profile: Profile{Permissions: []string{"profile:read"}}})
	if _, err := s.RecentLogins(t.Context(), token, 10); !errors.Is(err, ErrForbidden) {
		t.Errorf("without audit:read: %v, want ErrForbidden", err)
	}
}

// The store keeps the hash of a token, never the token.
func TestTokenIsNotStored(t *testing.T) {
	token, hash := newToken()
	if got, ok := hashToken(token); !ok || got != hash {
		t.Errorf("hashToken(%q) = %x, %v; want %x", token, got, ok, hash)
	}
	raw, err := tokenEncoding.DecodeString(token)
	if err != nil || len(raw) != tokenBytes || string(raw) == string(hash[:]) {
		t.Errorf("token %q: %d bytes, %v", token, len(raw), err)
	}
	for _, bad := range []string{"", token[1:], token + "A", token[:42] + "\n", token[:42] + "=", " " + token[1:]} {
		if _, ok := hashToken(bad); ok {
			t.Errorf("hashToken(%q) accepted", bad)
		}
	}
}

package main

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

func TestHashVerify(t *testing.T) {
	h := NewHasher(startCost, 1)
	hash, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("hash %q does not name its costs", hash)
	}
	for password, want := range map[string]bool{"correct horse": true, "correct horsf": false, "": false} {
		if ok, err := h.Verify(t.Context(), hash, password); ok != want || err != nil {
			t.Errorf("Verify(%q) = %v, %v; want %v", password, ok, err, want)
		}
	}
	// A hash made at another cost is still good.
	if ok, err := NewHasher(hashCost{memoryKiB: 128, passes: 2, lanes: 1}, 1).Verify(t.Context(), hash, "correct horse"); !ok || err != nil {
		t.Errorf("after raising the cost: %v, %v", ok, err)
	}
	for _, bad := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$AA$AA", "$argon2id$v=16$m=64,t=1,p=1$AA$AA", "$argon2id$v=19$m=64,t=0,p=1$AA$AA", "$argon2id$v=19$m=64,t=1,p=1$!$AA"} {
		if ok, err := h.Verify(t.Context(), bad, "correct horse"); ok || err == nil {
			t.Errorf("Verify of hash %q: %v, %v; want an error", bad, ok, err)
		}
	}
}

func TestProductionCostIsOWASPs(t *testing.T) {
	if want := (hashCost{memoryKiB: 19456, passes: 2, lanes: 1}); productionCost != want {
		t.Errorf("production cost %+v, want %+v", productionCost, want)
	}
}

func TestUnknownAddressCostsOneHash(t *testing.T) {
	s := service(t)
	if _, err := s.Register(t.Context(), Registration{Name: "Ada", Email: "ada@example.com", Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Credentials{
		{"ada@example.com", "wrong password"},
		{"nobody@example.com", "wrong password"},
		{"not an address", "wrong password"},
		{"ada@example.com", strings.Repeat("x", maxPassword+1)},
	} {
		before := s.hasher.hashes.Load()
		if _, err := s.Login(t.Context(), c, ""); !errors.Is(err, ErrBadCredentials) {
			t.Errorf("%s: %v, want ErrBadCredentials", c.Email, err)
		}
		if n := s.hasher.hashes.Load() - before; n != 1 {
			t.Errorf("%s: %d hashes, want 1", c.Email, n)
		}
	}
}

func TestHashingIsBounded(t *testing.T) {
	const cores = 2
	h := NewHasher(startCost, cores)
	for range cores { // every core is taken
		h.slots <- struct{}{}
	}
	var line sync.WaitGroup
	for range cores * hashQueuePerSlot {
		line.Go(func() {
			if _, err := h.Hash(t.Context(), "password"); err != nil {
				t.Errorf("in line: %v", err)
			}
		})
	}
	eventually(t, "the line is full", func() bool { return h.waiting.Load() == cores*hashQueuePerSlot })
	if _, err := h.Hash(t.Context(), "password"); !errors.Is(err, ErrBusy) {
		t.Errorf("beyond the line: %v, want ErrBusy", err)
	}
	for range cores {
		<-h.slots
	}
	line.Wait()
	if n := h.waiting.Load(); n != 0 {
		t.Errorf("%d still counted as waiting", n)
	}
}

// A burst beyond the line is answered 503 and told when to come again.
func TestBusyOverHTTP(t *testing.T) {
	forEachVariant(t, Config{}, func(t *testing.T, p *program) {
		h := p.app.hasher
		for range cap(h.slots) {
			h.slots <- struct{}{}
		}
		h.waiting.Add(int64(cap(h.slots) * hashQueuePerSlot))
		for _, probe := range []probe{
			{"register", "POST", "/v1/users", adaRegistration, nil, 503, "busy"},
			{"login", "POST", "/v1/sessions", adaCredentials, nil, 503, "busy"},
		} {
			a := ask(t, p.url, probe, "", "")
			verify(t, p.config.variant, probe, a)
			if a.header.Get("Retry-After") == "" {
				t.Errorf("%s: no Retry-After", probe.name)
			}
		}
		if a := call(t, "GET", p.url+"/v1/session", ""); a.status != 401 {
			t.Errorf("a session check while the hashes are busy: %d", a.status)
		}
	})
}

func TestWaitingForACoreEnds(t *testing.T) {
	t.Parallel()
	h := NewHasher(startCost, 1)
	h.slots <- struct{}{}
	if _, err := h.Hash(t.Context(), "password"); !errors.Is(err, ErrBusy) {
		t.Errorf("%v, want ErrBusy", err)
	}
}

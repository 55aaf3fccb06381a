package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// hashCost is argon2id's cost. The parameters stand in every hash, so they may be raised without a migration.
type hashCost struct {
	memoryKiB uint32
	passes    uint32
	lanes     uint8
}

// productionCost is OWASP's minimum for argon2id: 19 MiB, two passes, one lane
// (OWASP Password Storage Cheat Sheet, "Argon2id").
var productionCost = hashCost{memoryKiB: 19 << 10, passes: 2, lanes: 1}

const (
	saltBytes = 16
	keyBytes  = 32

	// hashQueuePerSlot and hashWait bound the line in front of the cores: a queue only turns a burst into latency, and
	// beyond this much of it the client had better hear 503 and come back.
	hashQueuePerSlot = 8
	hashWait         = 2 * time.Second
)

// Hasher hashes passwords on a bounded number of cores, so that a burst of logins can neither starve the session checks
// nor take 19 MiB for each connection. It is safe for concurrent use.
type Hasher struct {
	cost    hashCost
	slots   chan struct{}
	waiting atomic.Int64 // goroutines in line; only a counter, it orders nothing
	hashes  atomic.Int64 // hashes computed, for the test that an unknown address costs one too
	nobody  string       // a hash nobody has the password of
}

// NewHasher allows cores hashes at a time.
func NewHasher(cost hashCost, cores int) *Hasher {
	h := &Hasher{cost: cost, slots: make(chan struct{}, cores)}
	h.nobody = h.derive(rand.Text())
	return h
}

// Hash returns the password's hash in PHC string format, or ErrBusy.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	return h.derive(password), nil
}

// Verify reports whether password made encoded. An empty encoded, for an account that does not exist, costs the same
// hash and is always false: the time of an answer does not tell which addresses are registered. That holds for accounts of
// today's cost; a service that raises it hashes anew at the next login that is right, and has both costs until then.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (bool, error) {
	known := encoded != ""
	if !known {
		encoded = h.nobody
	}
	if err := h.acquire(ctx); err != nil {
		return false, err
	}
	defer h.release()
	cost, salt, want, err := parsePHC(encoded)
	if err != nil {
		return false, err
	}
	got := h.key(cost, password, salt)
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

// acquire takes a slot at once, or waits in a bounded line for a bounded time.
func (h *Hasher) acquire(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	default:
	}
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > int64(cap(h.slots)*hashQueuePerSlot) {
		return ErrBusy
	}
	patience := time.NewTimer(hashWait)
	defer patience.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-patience.C:
		return ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) release() { <-h.slots }

func (h *Hasher) derive(password string) string {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	key := h.key(h.cost, password, salt)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.cost.memoryKiB, h.cost.passes, h.cost.lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

func (h *Hasher) key(c hashCost, password string, salt []byte) []byte {
	h.hashes.Add(1)
	return argon2.IDKey([]byte(password), salt, c.passes, c.memoryKiB, c.lanes, keyBytes)
}

func parsePHC(s string) (c hashCost, salt, key []byte, err error) {
	fields := strings.Split(s, "$") // "", argon2id, v, costs, salt, key
	var version int
	if len(fields) != 6 || fields[1] != "argon2id" {
		return c, nil, nil, fmt.Errorf("identity: stored hash is not argon2id in PHC format")
	}
	if _, err = fmt.Sscanf(fields[2], "v=%d", &version); err != nil || version != argon2.Version {
		return c, nil, nil, fmt.Errorf("identity: stored hash has version %q, want v=%d", fields[2], argon2.Version)
	}
	if _, err = fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &c.memoryKiB, &c.passes, &c.lanes); err != nil || c.passes == 0 || c.lanes == 0 {
		return c, nil, nil, fmt.Errorf("identity: stored hash has costs %q", fields[3])
	}
	if salt, err = base64.RawStdEncoding.DecodeString(fields[4]); err != nil {
		return c, nil, nil, fmt.Errorf("identity: stored hash's salt: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(fields[5]); err != nil {
		return c, nil, nil, fmt.Errorf("identity: stored hash's key: %w", err)
	}
	return c, salt, key, nil
}

// startCost is that of new hashes; tests make it nearly free.
var startCost = productionCost

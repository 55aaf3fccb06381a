package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// BoltStore keeps everything in one bbolt file. It is safe for concurrent use by one process: the file is locked, and a
// second process gets an error after openTimeout rather than hang.
type BoltStore struct {
	db *bolt.DB
}

const openTimeout = 2 * time.Second

var (
	bucketUsers    = []byte("users")    // id → User
	bucketEmails   = []byte("emails")   // address → id
	bucketSessions = []byte("sessions") // token hash → Session
	bucketExpiry   = []byte("expiry")   // expiry time + token hash → nothing
	bucketEvents   = []byte("events")   // sequence → Event
	bucketMeta     = []byte("meta")
	keyDelivered   = []byte("delivered") // the last sequence the sink has acknowledged
)

// OpenBolt opens or creates dir/identity.db.
func OpenBolt(dir string) (*BoltStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("identity: data directory: %w", err)
	}
	path := filepath.Join(dir, "identity.db")
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: openTimeout})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("identity: %s is locked: is another identity running on this -data?", path)
	}
	if err != nil {
		return nil, fmt.Errorf("identity: data file %s: %w", path, err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketUsers, bucketEmails, bucketSessions, bucketExpiry, bucketEvents, bucketMeta} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("identity: prepare %s: %w", path, err)
	}
	return &BoltStore{db: db}, nil
}

// Close implements Store.
func (s *BoltStore) Close() error { return s.db.Close() }

// CreateUser implements UserStore. The address is checked and taken in one transaction.
func (s *BoltStore) CreateUser(_ context.Context, u User) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		emails := tx.Bucket(bucketEmails)
		if emails.Get([]byte(u.Email)) != nil {
			return ErrEmailTaken
		}
		if err := emails.Put([]byte(u.Email), []byte(u.ID)); err != nil {
			return err
		}
		return putJSON(tx.Bucket(bucketUsers), []byte(u.ID), u)
	})
}

// UserByID implements UserStore.
func (s *BoltStore) UserByID(_ context.Context, id string) (u User, err error) {
	err = s.db.View(func(tx *bolt.Tx) error { return getJSON(tx.Bucket(bucketUsers), []byte(id), &u) })
	return u, err
}

// UserByEmail implements UserStore.
func (s *BoltStore) UserByEmail(_ context.Context, email string) (u User, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		return getJSON(tx.Bucket(bucketUsers), tx.Bucket(bucketEmails).Get([]byte(email)), &u)
	})
	return u, err
}

// CreateSession implements SessionStore.
func (s *BoltStore) CreateSession(_ context.Context, h TokenHash, v Session) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		if err := tx.Bucket(bucketExpiry).Put(expiryKey(v.Expires, h), nil); err != nil {
			return err
		}
		return putJSON(tx.Bucket(bucketSessions), h[:], v)
	})
}

// Session implements SessionStore.
func (s *BoltStore) Session(_ context.Context, h TokenHash) (v Session, err error) {
	err = s.db.View(func(tx *bolt.Tx) error { return getJSON(tx.Bucket(bucketSessions), h[:], &v) })
	return v, err
}

// DeleteSession implements SessionStore.
func (s *BoltStore) DeleteSession(_ context.Context, h TokenHash) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		var v Session
		if err := getJSON(tx.Bucket(bucketSessions), h[:], &v); err == nil {
			if err := tx.Bucket(bucketExpiry).Delete(expiryKey(v.Expires, h)); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketSessions).Delete(h[:])
	})
}

// SweepSessions implements SessionStore.
func (s *BoltStore) SweepSessions(_ context.Context, now time.Time, limit int) (n int, err error) {
	end := expiryKey(now, TokenHash{})
	err = s.db.Update(func(tx *bolt.Tx) error {
		// Collected first: bbolt's cursor may skip an entry after a deletion.
		var due [][]byte
		c := tx.Bucket(bucketExpiry).Cursor()
		for k, _ := c.First(); k != nil && bytes.Compare(k, end) < 0 && len(due) < limit; k, _ = c.Next() {
			due = append(due, bytes.Clone(k))
		}
		for _, k := range due {
			if err := tx.Bucket(bucketSessions).Delete(k[8:]); err != nil {
				return err
			}
			if err := tx.Bucket(bucketExpiry).Delete(k); err != nil {
				return err
			}
		}
		n = len(due)
		return nil
	})
	return n, err
}

// expiryKey sorts by time: big-endian seconds, then the hash.
func expiryKey(t time.Time, h TokenHash) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(t.Unix())), h[:]...)
}

func putJSON(b *bolt.Bucket, key []byte, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put(key, data)
}

// getJSON decodes inside the transaction: bbolt's bytes are a view of its mapping and end with it.
func getJSON(b *bolt.Bucket, key []byte, v any) error {
	if len(key) == 0 || len(key) > bolt.MaxKeySize {
		return ErrNotFound
	}
	data := b.Get(key)
	if data == nil {
		return ErrNotFound
	}
	return json.Unmarshal(data, v)
}

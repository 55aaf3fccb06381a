package main

import (
	"context"
	"encoding/binary"
	"encoding/json"

	bolt "go.etcd.io/bbolt"
)

// AppendEvents implements EventStore: one transaction, and so one fsync, for the whole batch.
func (s *BoltStore) AppendEvents(_ context.Context, events []Event) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketEvents)
		b.FillPercent = 0.9 // keys only grow: half-empty pages would never be filled
		for _, e := range events {
			seq, err := b.NextSequence()
			if err != nil {
				return err
			}
			if err := putJSON(b, sequenceKey(seq), e); err != nil {
				return err
			}
		}
		return nil
	})
}

// PendingEvents implements EventStore.
func (s *BoltStore) PendingEvents(_ context.Context, limit int) (events []Event, cursor uint64, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		cursor = delivered(tx)
		c := tx.Bucket(bucketEvents).Cursor()
		for k, v := c.Seek(sequenceKey(cursor + 1)); k != nil && len(events) < limit; k, v = c.Next() {
			var e Event
			if err := json.Unmarshal(v, &e); err != nil {
				return err
			}
			events, cursor = append(events, e), binary.BigEndian.Uint64(k)
		}
		return nil
	})
	return events, cursor, err
}

// MarkDelivered implements EventStore.
func (s *BoltStore) MarkDelivered(_ context.Context, cursor uint64) error {
	return s.db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(keyDelivered, sequenceKey(cursor))
	})
}

// RecentEvents implements EventStore.
func (s *BoltStore) RecentEvents(_ context.Context, limit int) (events []Event, err error) {
	err = s.db.View(func(tx *bolt.Tx) error {
		c := tx.Bucket(bucketEvents).Cursor()
		for k, v := c.Last(); k != nil && len(events) < limit; k, v = c.Prev() {
			var e Event
			if err := json.Unmarshal(v, &e); err != nil {
				return err
			}
			events = append(events, e)
		}
		return nil
	})
	return events, err
}

func delivered(tx *bolt.Tx) uint64 {
	if v := tx.Bucket(bucketMeta).Get(keyDelivered); len(v) == 8 {
		return binary.BigEndian.Uint64(v)
	}
	return 0
}

// sequenceKey is big-endian, so that key order is number order.
func sequenceKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

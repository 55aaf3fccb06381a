package pool

import "context"

// submitter waits for room. It is in Workers.blocked, under the lock, until
// somebody accepts its job for it or refuses it.
type submitter struct {
	job   job
	key   uint64
	reply chan error

	queued       bool
	before, next *submitter // in the queue
}

// submitters is those who wait, the one that came first in front. Any of them
// leaves in constant time: thousands may give up at once.
type submitters struct {
	first, last *submitter
	n           int
}

func (q *submitters) push(s *submitter) {
	s.queued, s.before = true, q.last
	if q.last == nil {
		q.first = s
	} else {
		q.last.next = s
	}
	q.last = s
	q.n++
}

// remove takes out s, which must be queued.
func (q *submitters) remove(s *submitter) {
	if s.before == nil {
		q.first = s.next
	} else {
		s.before.next = s.next
	}
	if s.next == nil {
		q.last = s.before
	} else {
		s.next.before = s.before
	}
	s.queued, s.before, s.next = false, nil, nil
	q.n--
}

func (s *submitter) refuse(err error) { s.reply <- err }

// block needs mu, and gives it up. Jobs are accepted in the order in which
// their submitters came, also those with a key.
func (w *Workers) block(ctx context.Context, j job, key uint64) error {
	s := w.newSubmitter()
	s.job, s.key = j, key
	w.blocked.push(s)
	w.mu.Unlock()
	var err error
	select {
	case err = <-s.reply:
	case <-ctx.Done():
		if w.giveUp(s) {
			err = ctx.Err()
		} else {
			err = <-s.reply // the job was accepted, or refused, meanwhile
		}
	}
	// Nobody else has s: the reply came, or it took itself off the list.
	w.mu.Lock()
	defer w.mu.Unlock()
	s.job = job{}
	if len(w.idleSubmitters) < maxSpare {
		w.idleSubmitters = append(w.idleSubmitters, s)
	}
	return err
}

// newSubmitter needs mu. The list is w's own and not a sync.Pool for all, whose
// channels would leave the synctest bubble they were made in.
func (w *Workers) newSubmitter() *submitter {
	last := len(w.idleSubmitters) - 1
	if last < 0 {
		return &submitter{reply: make(chan error, 1)}
	}
	s := w.idleSubmitters[last]
	w.idleSubmitters = w.idleSubmitters[:last]
	return s
}

// giveUp reports whether s was still waiting.
func (w *Workers) giveUp(s *submitter) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !s.queued {
		return false
	}
	w.blocked.remove(s)
	return true
}

// admit needs mu, room, and somebody who waits for it.
func (w *Workers) admit() {
	s := w.blocked.first
	w.blocked.remove(s)
	w.accept(s.job, s.key)
	s.reply <- nil
}

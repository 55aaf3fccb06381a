package pool

import "context"

// lane is the tasks of one key that wait. It is under its Workers' lock. While
// busy it is in the queue once, or one of its tasks runs.
type lane struct {
	key   uint64
	tasks ring[func()]
	busy  bool
}

// lanes holds the busy lanes by key, and some others for reuse.
type lanes struct {
	byKey map[uint64]*lane
	spare []*lane
}

// laneWanted marks a job that has to go to its key's lane.
var laneWanted = new(lane)

// maxSpare bounds what a burst of keys leaves behind.
const maxSpare = 256

// SubmitKey is Submit for tasks that run one at a time, in the order in which
// they were submitted, among those with the same key, such as the tasks of one
// connection. Keys share the goroutines and take turns.
func (w *Workers) SubmitKey(ctx context.Context, key uint64, task func()) error {
	return w.submit(ctx, job{task, laneWanted}, key, true)
}

// TrySubmitKey is TrySubmit for a key; see SubmitKey.
func (w *Workers) TrySubmitKey(key uint64, task func()) error {
	return w.submit(context.Background(), job{task, laneWanted}, key, false)
}

func (s *lanes) of(key uint64) *lane {
	if l := s.byKey[key]; l != nil {
		return l
	}
	var l *lane
	if last := len(s.spare) - 1; last >= 0 {
		l, s.spare = s.spare[last], s.spare[:last]
	} else {
		l = new(lane)
	}
	if s.byKey == nil {
		s.byKey = make(map[uint64]*lane)
	}
	l.key = key
	s.byKey[key] = l
	return l
}

func (s *lanes) free(l *lane) {
	delete(s.byKey, l.key)
	l.busy = false
	if len(s.spare) < maxSpare {
		s.spare = append(s.spare, l)
	}
}

package pool

// WorkersStats is a value; copy it freely. It is what [Workers] counted, and
// what they do now.
type WorkersStats struct {
	// Counters, which only grow.

	Accepted uint64 // tasks that ran, run, or wait in the queue
	Refused  uint64 // tasks turned away with ErrFull or ErrClosed

	// Levels.

	Running    int // tasks
	Queued     int // tasks
	Blocked    int // callers of Submit that wait for room in the queue
	Goroutines int // with work or idle
}

// Stats returns the counts so far and what there is now, all of one moment. It
// takes the lock that Submit takes, under which counting is an addition.
func (w *Workers) Stats() WorkersStats {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gather() // for the exact figures
	return WorkersStats{
		Accepted:   w.accepted,
		Refused:    w.refused,
		Running:    w.busy,
		Queued:     w.waits,
		Blocked:    w.blocked.n,
		Goroutines: w.crew.running + len(w.crew.parked),
	}
}

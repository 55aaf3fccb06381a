package netpoll

import "sync"

// workers runs tasks on at most limit goroutines, which end when there is nothing to do. Its queue is bounded by those who
// submit: a Stream has at most Server.MaxTasks in it.
type workers struct {
	limit int

	mu    sync.Mutex
	tasks []func()
	busy  int
}

func (w *workers) submit(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy == w.limit {
		w.tasks = append(w.tasks, f)
		return
	}
	w.busy++
	go w.work(f)
}

func (w *workers) work(f func()) {
	for f != nil {
		f()
		f = w.next()
	}
}

func (w *workers) next() func() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.tasks) == 0 {
		w.busy--
		w.tasks = nil
		return nil
	}
	f := w.tasks[0]
	w.tasks[0] = nil
	w.tasks = w.tasks[1:]
	return f
}

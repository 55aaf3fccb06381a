package health

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A Check is a value; its Run must be safe for concurrent use with the rest of the program. It is one thing that a process needs
// in order to serve.
type Check struct {
	// Name is shown to those who ask for readiness.
	Name string
	// Run returns an error if the process cannot serve. What the error says is not shown: it may hold secrets. A panic is an
	// error. A Run that ignores its context holds a goroutine for each time it was stuck.
	Run func(context.Context) error
}

// failures runs the checks, unless their last result is young enough, and returns the names of those that failed.
func (h *Health) failures() []string {
	if len(h.options.Checks) == 0 {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.checked.IsZero() || time.Since(h.checked) >= h.options.CacheFor {
		h.failed = h.check()
		h.checked = time.Now()
	}
	return h.failed
}

func (h *Health) check() (failed []string) {
	ctx, cancel := context.WithTimeout(context.Background(), h.options.CheckTimeout)
	defer cancel()
	results := make([]chan error, len(h.options.Checks))
	for i, c := range h.options.Checks {
		results[i] = make(chan error, 1) // a check that comes back too late finds room, and its goroutine ends
		go func() { results[i] <- c.run(ctx) }()
	}
	for i, c := range h.options.Checks {
		if await(ctx, results[i]) != nil {
			failed = append(failed, c.Name)
		}
	}
	return failed
}

// await returns the result, and ctx's error if there is none when ctx ends. A result that is there counts also after another check
// took all the time: of two that are ready, select takes any.
func await(ctx context.Context, result <-chan error) error {
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-result:
		return err
	default:
		return ctx.Err()
	}
}

func (c Check) run(ctx context.Context) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("health: check %s panicked: %v", c.Name, v)
		}
	}()
	return c.Run(ctx)
}

func write(w http.ResponseWriter, status int, text string, failed []string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	if len(failed) > 0 {
		text += ": " + strings.Join(failed, ", ")
	}
	// Whoever asked and has gone needs no answer.
	_, _ = w.Write([]byte(text + "\n"))
}

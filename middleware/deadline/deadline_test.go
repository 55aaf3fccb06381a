package deadline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/deadline"
)

func serve(o deadline.Options, r *http.Request, h http.HandlerFunc) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	deadline.New(&o)(h).ServeHTTP(w, r)
	return w
}

func get() *http.Request { return httptest.NewRequest("GET", "/", nil) }

func TestAnswers(t *testing.T) {
	wait := func(r *http.Request) { <-r.Context().Done() }
	for name, tt := range map[string]struct {
		h    http.HandlerFunc
		want int
		late bool
	}{
		"in time":                     {func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Second) }, 200, false},
		"late, nothing written":       {func(w http.ResponseWriter, r *http.Request) { wait(r) }, 503, true},
		"late, looked at no context":  {func(w http.ResponseWriter, r *http.Request) { time.Sleep(time.Minute) }, 503, true},
		"late, answered":              {func(w http.ResponseWriter, r *http.Request) { wait(r); w.WriteHeader(504) }, 504, true},
		"late, but the answer is out": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(201); wait(r) }, 201, true},
		"extended": {func(w http.ResponseWriter, r *http.Request) {
			if !deadline.Extend(r.Context(), time.Hour) {
				t.Error("Extend failed")
			}
			time.Sleep(time.Minute)
			if err := r.Context().Err(); err != nil {
				t.Error(err)
			}
		}, 200, false},
		"extended after somebody waits": {func(w http.ResponseWriter, r *http.Request) {
			done := r.Context().Done()
			time.Sleep(time.Second)
			deadline.Extend(r.Context(), 5*time.Second)
			start := time.Now()
			if <-done; time.Since(start) != 5*time.Second {
				t.Errorf("done after %v, want 5s", time.Since(start))
			}
		}, 503, true},
		"made shorter": {func(w http.ResponseWriter, r *http.Request) {
			done, start := r.Context().Done(), time.Now()
			deadline.Extend(r.Context(), time.Millisecond)
			if <-done; time.Since(start) != time.Millisecond {
				t.Errorf("done after %v", time.Since(start))
			}
		}, 503, true},
		"extended too late": {func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Minute)
			if deadline.Extend(r.Context(), time.Hour) || r.Context().Err() != context.DeadlineExceeded {
				t.Error("a context that was done is not any more")
			}
		}, 503, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			late := false
			w := serve(deadline.Options{Timeout: 2 * time.Second, OnTimeout: func(*http.Request) { late = true }}, get(), tt.h)
			if w.Code != tt.want || late != tt.late {
				t.Errorf("%s: %d, OnTimeout %t, want %d, %t", name, w.Code, late, tt.want, tt.late)
			}
			if tt.want == 503 && (w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Retry-After") == "") {
				t.Errorf("%s: %v", name, w.Header())
			}
		})
	}
}

// key is a context key of these tests.
type key struct{}

// What package context promises of a context with a deadline holds here.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "v"))
		defer cancel()
		var kept, child context.Context
		serve(deadline.Options{Timeout: time.Second}, get().WithContext(parent), func(w http.ResponseWriter, r *http.Request) {
			kept = r.Context()
			if at, ok := kept.Deadline(); !ok || at != start.Add(time.Second) || kept.Value(key{}) != "v" || kept.Err() != nil {
				t.Errorf("deadline %v %t, value %v, error %v", at, ok, kept.Value(key{}), kept.Err())
			}
			before := runtime.NumGoroutine()
			var stop context.CancelFunc
			child, stop = context.WithCancel(kept)
			defer stop()
			late := make(chan bool)
			ran := context.AfterFunc(kept, func() { close(late) })
			never := context.AfterFunc(kept, func() { t.Error("ran after it was stopped") })
			if n := runtime.NumGoroutine(); n > before {
				t.Errorf("%d goroutines for children", n-before)
			}
			if !never() || never() {
				t.Error("stop says it was too late, or twice that it was in time")
			}
			<-child.Done()
			<-late
			if ran() || child.Err() != context.DeadlineExceeded || kept.Err() != context.DeadlineExceeded || context.Cause(child) != context.DeadlineExceeded {
				t.Errorf("child %v, its cause %v, context %v", child.Err(), context.Cause(child), kept.Err())
			}
			if time.Since(start) != time.Second {
				t.Errorf("done after %v", time.Since(start))
			}
		})
		<-kept.Done()
	})
}

func TestTheClientGoes(t *testing.T) {
	for _, asked := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			parent, cancel := context.WithCancel(t.Context())
			w := serve(deadline.Options{Timeout: time.Hour}, get().WithContext(parent), func(w http.ResponseWriter, r *http.Request) {
				var done <-chan struct{}
				if asked {
					done = r.Context().Done()
				}
				cancel()
				if done == nil {
					done = r.Context().Done()
				}
				if <-done; r.Context().Err() != context.Canceled {
					t.Errorf("error %v, want Canceled", r.Context().Err())
				}
			})
			if w.Code != 200 {
				t.Errorf("status %d: nobody was late", w.Code)
			}
		})
	}
}

// A goroutine that outlives its request sees the context done, whether or not it waited before, and never comes back to life.
func TestGoroutinesThatOutliveTheRequest(t *testing.T) {
	var wg sync.WaitGroup
	h := deadline.New(&deadline.Options{Timeout: time.Hour})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		for i := range 4 {
			wg.Go(func() {
				switch i {
				case 0:
					deadline.Extend(ctx, 2*time.Hour)
				case 1:
					_ = ctx.Err()
				}
				<-ctx.Done()
				if err := ctx.Err(); !errors.Is(err, context.Canceled) || deadline.Extend(ctx, time.Hour) {
					t.Errorf("error %v, want Canceled, and no extension", err)
				}
			})
		}
	}))
	for range 200 {
		h.ServeHTTP(httptest.NewRecorder(), get())
	}
	wg.Wait()
}

// A stream's first byte arrives while the handler still runs.
func TestStreamsAreNotBuffered(t *testing.T) {
	got := make(chan bool)
	srv := httptest.NewServer(deadline.New(nil)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		<-got
		_, _ = io.WriteString(w, "second")
	})))
	defer srv.Close()
	resp, err := srv.Client().Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	first := make([]byte, 5)
	if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "first" {
		t.Fatalf("%q, %v", first, err)
	}
	close(got)
	if rest, _ := io.ReadAll(resp.Body); string(rest) != "second" {
		t.Errorf("%q", rest)
	}
}

// A panic goes on, and who recovers it further out finds nothing written.
func TestPanicGoesOn(t *testing.T) {
	w := httptest.NewRecorder()
	defer func() {
		if v := recover(); v != "boom" || w.Body.Len() > 0 {
			t.Errorf("recovered %v, answered %s", v, w.Body)
		}
	}()
	h := deadline.New(&deadline.Options{Timeout: time.Nanosecond})
	h(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })).ServeHTTP(w, get())
}

// Of two deadlines the earlier holds, also in a stack.
func TestTwoDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer, inner := deadline.Piece(&deadline.Options{Timeout: time.Second}), deadline.Piece(&deadline.Options{Timeout: time.Minute})
		start, w := time.Now(), httptest.NewRecorder()
		between := new(keep)
		defer func() {
			if err := between.ctx.Err(); err != context.DeadlineExceeded {
				t.Errorf("outer context %v", err)
			}
		}()
		middleware.Stack{outer, between, inner}.Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if at, _ := r.Context().Deadline(); at != start.Add(time.Second) {
				t.Errorf("deadline %v", at.Sub(start))
			}
			<-r.Context().Done()
		})).ServeHTTP(w, get())
		if time.Since(start) != time.Second || w.Code != 503 || strings.Count(w.Body.String(), "503") != 1 {
			t.Errorf("%v, %d %s", time.Since(start), w.Code, w.Body)
		}
	})
}

// A client's own deadline counts only if it is the earlier one.
func TestDeadlineIsTheEarlierOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, client := range []time.Duration{time.Second, time.Hour} {
			ctx, cancel := context.WithTimeout(t.Context(), client)
			defer cancel()
			want := time.Now().Add(min(client, time.Minute))
			serve(deadline.Options{Timeout: time.Minute}, get().WithContext(ctx), func(_ http.ResponseWriter, r *http.Request) {
				if at, ok := r.Context().Deadline(); !ok || !at.Equal(want) {
					t.Errorf("deadline %v, %t beside the client's of %v, want %v", at, ok, client, want)
				}
			})
		}
	})
}

// What AfterFunc promises package context, which looks for it: once, unless it was stopped, also if all is over already.
func TestAfterFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stopped, ran, late int
		var stop func() bool
		serve(deadline.Options{Timeout: time.Second}, get(), func(_ http.ResponseWriter, r *http.Request) {
			ctx := r.Context().(interface {
				context.Context
				AfterFunc(func()) (stop func() bool)
			})
			unwanted := ctx.AfterFunc(func() { stopped++ })
			stop = ctx.AfterFunc(func() { ran++ })
			if first, second := unwanted(), unwanted(); !first || second {
				t.Errorf("stop says %t and then %t, want true and false", first, second)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			ctx.AfterFunc(func() { late++ })
		})
		if stop() {
			t.Error("stop says that it stopped what has run")
		}
		synctest.Wait()
		if stopped != 0 || ran != 1 || late != 1 {
			t.Errorf("ran %d times after it was stopped, %d times at the end, %d times afterwards; want 0, 1, 1", stopped, ran, late)
		}
	})
}

// keep is a piece that keeps the context it sees.
type keep struct{ ctx context.Context }

func (k *keep) Enter(x *middleware.Exchange) bool { k.ctx = x.Request.Context(); return true }
func (k *keep) Leave(*middleware.Exchange)        {}

// Each of two deadlines ends with the request; a timer that went on would keep the bubble of this test from ending.
func TestBothEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		between := new(keep)
		outer, inner := deadline.Piece(&deadline.Options{Timeout: time.Hour}), deadline.Piece(nil)
		middleware.Stack{outer, between, inner}.Then(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { r.Context().Done() })).
			ServeHTTP(httptest.NewRecorder(), get())
		if err := between.ctx.Err(); err != context.Canceled {
			t.Errorf("outer context after the request: %v, want Canceled", err)
		}
	})
}

// A request and its context that somebody keeps stay as they were, however many come after.
func TestKeptRequestsStay(t *testing.T) {
	var kept []*http.Request
	h := deadline.New(nil)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { kept = append(kept, r) }))
	for i := range 30 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", fmt.Sprintf("/%d", i), nil))
	}
	seen := map[context.Context]bool{}
	for i, r := range kept {
		if want := fmt.Sprintf("/%d", i); r.RequestURI != want || r.URL.Path != want || r.Context().Err() != context.Canceled || seen[r.Context()] {
			t.Errorf("request %d is %s %v, its context %v, another's %t", i, r.RequestURI, r.URL, r.Context().Err(), seen[r.Context()])
		}
		seen[r.Context()] = true
	}
}

// How a context ended that nobody asked before: by what came first, also for those who ask after the request.
func TestWhatComesFirstIsTheReason(t *testing.T) {
	for _, tt := range []struct {
		name       string
		gone, late time.Duration
		want       error
	}{
		{"late", time.Hour, 2 * time.Second, context.DeadlineExceeded},
		{"the client goes", time.Millisecond, time.Second / 2, context.Canceled},
		{"the client goes, then late", time.Millisecond, 2 * time.Second, context.Canceled},
	} {
		for _, asked := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				parent, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(tt.gone, cancel)
				var kept context.Context
				w := serve(deadline.Options{Timeout: time.Second}, get().WithContext(parent), func(w http.ResponseWriter, r *http.Request) {
					kept = r.Context()
					if time.Sleep(tt.late); asked && kept.Err() != tt.want {
						t.Errorf("%s: error %v, want %v", tt.name, kept.Err(), tt.want)
					}
				})
				if kept.Err() != tt.want || (w.Code == 503) != (tt.want == context.DeadlineExceeded) {
					t.Errorf("%s, asked %t: error %v afterwards, want %v; status %d", tt.name, asked, kept.Err(), tt.want, w.Code)
				}
			})
		}
	}
}

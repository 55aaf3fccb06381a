package zerocopy_test

import (
	"mime"
	"net/http"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// counts serves one request and returns what it cost. Shutdown waits until the
// conn is idle, so nothing is missed that net/http writes after the handler.
func counts(t *testing.T, h http.HandlerFunc) zerocopy.Stats {
	t.Helper()
	s := serve(t, h)
	if _, _, err := s.get(t, "GET"); err != nil {
		t.Fatal(err)
	}
	if err := s.srv.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.Stats()
}

// The bar for memory: header and body of up to 32 KiB leave in one call,
// whatever the number of parts.
func TestReplyOfMemoryIsOneCall(t *testing.T) {
	for _, size := range []int{1, 512, 3 << 10, 4 << 10, 5000, 16 << 10, 32 << 10} {
		for _, n := range []int{1, 2, 3, 8, 16} {
			body := zerocopy.NewBody(parts(noise(size), min(n, size))...)
			for _, wname := range []string{"bare", "copier"} {
				got := counts(t, func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(wrappers[wname](w), r, body) })
				if calls := got.Writes + got.Gathers; calls != 1 || got.Sendfiles+got.Passed != 0 {
					t.Errorf("%d bytes in %d parts, %s: %+v; want 1 call", size, n, wname, got)
				}
				if body.Len() >= 4<<10 && got.Held != 1 {
					t.Errorf("%d bytes in %d parts, %s: the header was not held", size, n, wname)
				}
			}
		}
	}
}

// Send does not know the conn: the header goes first, unless all fits beside it.
func TestSendOfMemoryIsOneOrTwoCalls(t *testing.T) {
	for size, want := range map[int]uint64{512: 1, 3 << 10: 1, 32 << 10: 2} {
		for _, n := range []int{1, 3, 16} {
			body := zerocopy.NewBody(parts(noise(size), n)...)
			got := counts(t, func(w http.ResponseWriter, r *http.Request) { zerocopy.Send(w, body) })
			if calls := got.Writes + got.Gathers; calls != want || got.Sendfiles+got.Passed != 0 {
				t.Errorf("%d bytes in %d parts: %+v; want %d calls", size, n, got, want)
			}
		}
	}
}

// A wrapper without ReadFrom and Flush cannot be passed, but the header still
// waits for the first Write.
func TestReplyThroughANakedWrapperIsOneCall(t *testing.T) {
	body := zerocopy.NewBody(parts(noise(32<<10), 16)...)
	got := counts(t, func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(naked{w}, r, body) })
	if got.Writes+got.Gathers != 1 || got.Held != 1 {
		t.Errorf("%+v; want one call", got)
	}
}

// A small file leaves beside its header, and with one that has no room for it.
func TestSmallFileIsOneCallWhateverItsHeader(t *testing.T) {
	const long = "application/x-long; long="
	mime.AddExtensionType(".zerocopy-long", long+strings.Repeat("x", 3500))
	files := newFiles(t, tree(t, map[string]string{"/f": strings.Repeat("f", 1<<10), "/f.zerocopy-long": strings.Repeat("f", 1<<10)}), nil)
	for name, set := range map[string]string{"/f": "", "/f ": strings.Repeat("x", 3500), "/f.zerocopy-long": ""} {
		got := counts(t, func(w http.ResponseWriter, r *http.Request) {
			r.URL.Path = strings.TrimSpace(name)
			if set != "" {
				w.Header().Set("X-Long", set)
			}
			files.ServeHTTP(w, r)
			if name == "/f.zerocopy-long" && !strings.HasPrefix(w.Header().Get("Content-Type"), long) {
				t.Error("no long type")
			}
		})
		if calls := got.Writes + got.Gathers; calls != 1 || got.WriteBytes+got.GatherBytes < 1<<10 {
			t.Errorf("%q: %+v; want 1 call", name, got)
		}
	}
}

// The body of a HEAD response is neither written nor read: this file is gone.
func TestHeadReadsNoFile(t *testing.T) {
	f := tempFile(t, noise(100_000))
	body := zerocopy.NewBody(zerocopy.File(f, 0, 100_000))
	f.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := zerocopy.Reply(w, r, body); err != nil {
			t.Error(err)
		}
	})
	if resp, _, err := s.get(t, "HEAD"); err != nil || resp.ContentLength != 100_000 {
		t.Errorf("%v, %v; want Content-Length 100000", resp, err)
	}
}

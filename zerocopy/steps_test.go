package zerocopy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// The handler's next step may be one that the client waits for: nothing of it
// may stay in a hold. These handlers go on only when the client has answered.

// talk makes one request on a conn and returns what the server says to it.
func talk(t *testing.T, s *site) (net.Conn, *bufio.Reader) {
	t.Helper()
	c := s.dial(t)
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	return c, bufio.NewReader(c)
}

func expect(t *testing.T, br *bufio.Reader, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(br, got); err != nil || string(got) != want {
		t.Fatalf("got %q, %v; want %q", got, err, want)
	}
}

// A hinter sends a 103 when the response begins, inside of Reply.
type hinter struct {
	http.ResponseWriter
	hinted *bool
}

func (h hinter) hint() http.ResponseWriter {
	if !*h.hinted {
		*h.hinted = true
		h.WriteHeader(http.StatusEarlyHints)
	}
	return h.ResponseWriter
}
func (h hinter) Write(p []byte) (int, error)           { return h.hint().Write(p) }
func (h hinter) Flush()                                { h.hint().(http.Flusher).Flush() }
func (h hinter) ReadFrom(src io.Reader) (int64, error) { return io.Copy(h.hint(), src) }

func TestEarlyHintsGoFirst(t *testing.T) {
	for _, sm := range samples(t)[1:] {
		for sname, snd := range sends {
			for _, where := range []string{"before", "within"} {
				t.Run(sm.name+"/"+sname+"/"+where, func(t *testing.T) {
					read := make(chan struct{}, 1)
					s := serve(t, func(w http.ResponseWriter, r *http.Request) {
						if where == "before" {
							w.WriteHeader(http.StatusEarlyHints)
							<-read // by the client, although the body is still to come
						} else {
							w = hinter{w, new(bool)}
						}
						if _, err := snd(w, r, sm.body); err != nil {
							t.Error(err)
						}
					})
					_, br := talk(t, s)
					expect(t, br, "HTTP/1.1 103 Early Hints\r\n")
					for line := ""; line != "\r\n"; {
						var err error
						if line, err = br.ReadString('\n'); err != nil {
							t.Fatal(err)
						}
					}
					read <- struct{}{}
					resp, err := http.ReadResponse(br, nil)
					if err != nil || resp.StatusCode != 200 {
						t.Fatal(resp, err)
					}
					got, err := io.ReadAll(resp.Body)
					if err != nil {
						t.Error(err)
					}
					equal(t, "body", got, sm.want)
				})
			}
		}
	}
}

// An asker reads the request's body when the response begins, inside of Reply:
// the client sends it only when it is told to.
type asker struct {
	http.ResponseWriter
	body io.Reader
}

func (a asker) Write(p []byte) (int, error) {
	if _, err := io.Copy(io.Discard, a.body); err != nil {
		return 0, err
	}
	return a.ResponseWriter.Write(p)
}
func (a asker) Flush()                                { a.Write(nil); a.ResponseWriter.(http.Flusher).Flush() }
func (a asker) ReadFrom(src io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{a}, src) }

func TestContinueIsNotHeld(t *testing.T) {
	for _, sm := range samples(t)[1:] {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if _, err := zerocopy.Reply(asker{w, r.Body}, r, sm.body); err != nil {
				t.Error(err)
			}
		})
		c := s.dial(t)
		br := bufio.NewReader(c)
		for range 2 {
			fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
			expect(t, br, "HTTP/1.1 100 Continue\r\n\r\n")
			fmt.Fprint(c, "hello")
			resp, err := http.ReadResponse(br, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Error(err)
			}
			equal(t, sm.name, got, sm.want)
		}
	}
}

// An event stream on a conn that has had a Reply: each event is there before
// the next is made.
func TestEventsAreNeverHeld(t *testing.T) {
	page := zerocopy.NewBody(parts(noise(20_000), 3)...)
	next := make(chan struct{})
	first := true
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if first {
			first = false
			zerocopy.Reply(w, r, page)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			fmt.Fprintf(w, "data: %d\n\n", i)
			if err := http.NewResponseController(w).Flush(); err != nil {
				t.Error(err)
			}
			<-next
		}
	})
	c, br := talk(t, s)
	resp, err := http.ReadResponse(br, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, resp.Body); n != page.Len() || err != nil {
		t.Fatal(n, err)
	}
	fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	if resp, err = http.ReadResponse(br, nil); err != nil {
		t.Fatal(err)
	}
	events := bufio.NewReader(resp.Body)
	for i := range 3 {
		expect(t, events, fmt.Sprintf("data: %d\n\n", i))
		next <- struct{}{}
	}
}

// A thief takes the conn over at the first Write, which Reply makes.
type thief struct {
	http.ResponseWriter
	read chan struct{}
	t    *testing.T
}

func (h thief) Write(p []byte) (int, error) {
	c, _, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		h.t.Error(err)
		return 0, err
	}
	defer c.Close()
	io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nmine")
	<-h.read
	return 0, http.ErrHijacked
}
func (h thief) Flush()                              {}
func (h thief) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{h}, r) }

func TestHijackedConnHoldsNothing(t *testing.T) {
	page := zerocopy.NewBody(parts(noise(20_000), 3)...)
	for sname, snd := range sends {
		t.Run(sname, func(t *testing.T) {
			read := make(chan struct{}, 1)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { snd(thief{w, read, t}, r, page) })
			_, br := talk(t, s)
			expect(t, br, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nmine")
			read <- struct{}{}
			if rest, _ := io.ReadAll(br); strings.Contains(string(rest), "HTTP/") || len(rest) > 0 {
				t.Errorf("%.100q after the end", rest)
			}
		})
	}
}

// The handler has returned from Reply and does something else: the response is out.
func TestReplyIsOutBeforeTheHandlerReturns(t *testing.T) {
	for _, sm := range samples(t) {
		if len(sm.want) < 4<<10 {
			continue // it leaves with the return, from net/http's buffer
		}
		read := make(chan struct{})
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			zerocopy.Reply(w, r, sm.body)
			<-read
		})
		_, br := talk(t, s)
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(sm.want))
		if _, err := io.ReadFull(resp.Body, got); err != nil {
			t.Error(err)
		}
		close(read)
	}
}

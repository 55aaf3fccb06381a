package wire

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// asked is a connection that looks at the account while it is written to, as
// the reader of an answer may.
type asked struct {
	net.Conn
	c    *Conn
	sent uint64
}

func (a *asked) Write(p []byte) (int, error) {
	a.sent = a.c.sent.Load()
	return len(p), nil
}

// At no moment is less counted than was sent: a request that is on its way is
// never taken for one of which nothing left.
func TestBytesAreCountedBeforeTheyLeave(t *testing.T) {
	t.Parallel()
	a := new(asked)
	a.c = New(a, new(Config))
	if _, err := (&counted{c: a.c}).Write([]byte("POST")); err != nil || a.sent != 4 {
		t.Errorf("%d bytes counted while 4 were sent, %v", a.sent, err)
	}
}

// A body of which something was read before it was kept cannot be sent again:
// what is kept is not the whole of it.
func TestABodyKeptTooLateIsNotSentAgain(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		req, err := http.NewRequest("POST", "http://x/", struct{ io.Reader }{strings.NewReader("abc")})
		if err != nil {
			t.Fatal(err)
		}
		b := NewBody(req)
		if !late {
			b.Tee()
		}
		if _, err := b.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if b.Tee(); b.Close() != nil {
			t.Fatal("close")
		}
		if err := b.Rewind(); (err != nil) != late {
			t.Errorf("kept too late %v: %v", late, err)
		} else if rest, _ := io.ReadAll(b); !late && string(rest) != "abc" {
			t.Errorf("again %q", rest)
		}
	}
}

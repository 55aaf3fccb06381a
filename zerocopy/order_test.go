package zerocopy_test

import (
	"io"
	"net"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// The race detector takes a write to a socket and the read that follows for an
// order of what comes before and after them. It must of ours too, or every test of
// a handler that notes what it did is called a race; with -race this test is one
// that says so.
func TestBytesBringOrder(t *testing.T) {
	f := tempFile(t, noise(100_000))
	up, upClient := pair(t, "tcp")
	upClient.Write([]byte("page"))
	upClient.Close()
	body := func(parts ...zerocopy.Part) io.WriterTo { return zerocopy.NewBody(parts...) }
	for name, what := range map[string]io.WriterTo{
		"one part":  body(zerocopy.String("page")),
		"parts":     body(zerocopy.Bytes(noise(2000)), zerocopy.Bytes(noise(3000))),
		"file":      body(zerocopy.File(f, 0, 100_000)),
		"tiny file": body(zerocopy.File(f, 0, 100)),
		"splice":    copied{up},
	} {
		server, client := pair(t, "tcp")
		asked, answered := 0, 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, err := server.Read(make([]byte, 10)); err != nil || asked != 1 {
				t.Errorf("%s: %v, asked %d", name, err, asked)
			}
			answered++
			what.WriteTo(server)
		}()
		asked++
		client.Write([]byte("x"))
		if _, err := io.ReadFull(client, make([]byte, 4)); err != nil || answered != 1 {
			t.Errorf("%s: %v, answered %d", name, err, answered)
		}
		client.Close()
		<-done
	}
}

// copied is what Copy takes from a conn.
type copied struct{ net.Conn }

func (c copied) WriteTo(w io.Writer) (int64, error) { return zerocopy.Copy(w, c.Conn) }

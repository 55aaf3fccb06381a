package zerocopy_test

import (
	"io"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// The race detector takes a write to a socket and the read that follows for an
// order of what comes before and after them. It must of ours too, or every test of
// a handler that notes what it did is called a race; with -race this test is one
// that says so.
func TestBytesBringOrder(t *testing.T) {
	f := tempFile(t, noise(100_000))
	for name, b := range map[string]*zerocopy.Body{
		"one part":  zerocopy.NewBody(zerocopy.String("page")),
		"parts":     zerocopy.NewBody(zerocopy.Bytes(noise(2000)), zerocopy.Bytes(noise(3000))),
		"file":      zerocopy.NewBody(zerocopy.File(f, 0, 100_000)),
		"tiny file": zerocopy.NewBody(zerocopy.File(f, 0, 100)),
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
			zerocopy.Send(server, b)
		}()
		asked++
		client.Write([]byte("x"))
		if _, err := io.ReadFull(client, make([]byte, b.Len())); err != nil || answered != 1 {
			t.Errorf("%s: %v, answered %d", name, err, answered)
		}
		<-done
	}
}

package keepalive_test

import (
	"io"
	"testing"

	"github.com/hotpath-go/hotpath/keepalive"
)

// Close may come from another goroutine than Read's, and ends it.
func TestABodyIsClosedUnderItsReader(t *testing.T) {
	t.Parallel()
	z := gzipped("plain")
	for name, answer := range map[string]string{
		"with its head":         ok2,
		"longer":                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
		"gzip, with its head":   "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 29\r\n\r\n" + z,
		"gzip, longer":          "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(z),
		"gzip, not begun":       "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
		"gzip, of a broken one": "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("this is no gzip at all"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := script(t, func(v *visit) bool { v.body(); return v.say(answer) })
			tr := newTransport(t, new(keepalive.Transport))
			resp, err := tr.RoundTrip(get(t, s.url()))
			if err != nil {
				t.Fatal(err)
			}
			reading := make(chan struct{})
			go func() {
				defer close(reading)
				_, _ = io.Copy(io.Discard, resp.Body)
			}()
			if err := resp.Body.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
			<-reading
			if n, err := resp.Body.Read(make([]byte, 9)); n > 0 || err == nil || err == io.EOF && name != "with its head" && name != "gzip, with its head" {
				t.Errorf("after Close: %d, %v", n, err)
			}
			_ = resp.Body.Close()
		})
	}
}

package zerocopy_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A conn that carries TLS, or the streams of HTTP/2, is written to by others at
// any time: nothing is kept back there.
func TestNothingIsHeldBelowOthers(t *testing.T) {
	body := zerocopy.NewBody(parts(noise(30_000), 3)...)
	h := func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, body) }
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	plain := zerocopy.NewListener(ln)
	srv := &http.Server{Handler: http.HandlerFunc(h), Protocols: new(http.Protocols)}
	srv.Protocols.SetUnencryptedHTTP2(true)
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(plain) }()
	defer func() { srv.Close(); <-done }()
	tr := &http.Transport{Protocols: srv.Protocols}
	defer tr.CloseIdleConnections()

	ciphered := httptest.NewUnstartedServer(http.HandlerFunc(h))
	below := zerocopy.NewListener(ciphered.Listener)
	ciphered.Listener = below
	ciphered.StartTLS()
	defer ciphered.Close()

	for name, tt := range map[string]struct {
		ln     *zerocopy.Listener
		client *http.Client
		url    string
	}{
		"HTTP/2": {plain, &http.Client{Transport: tr}, "http://" + ln.Addr().String()},
		"TLS":    {below, ciphered.Client(), ciphered.URL},
	} {
		resp, err := tt.client.Get(tt.url)
		if err != nil {
			t.Fatal(name, err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if s := tt.ln.Stats(); len(got) != 30_000 || err != nil || s.Held != 0 || s.Writes+s.Gathers == 0 {
			t.Errorf("%s: %d bytes, %v, %+v; want none held", name, len(got), err, s)
		}
	}
}

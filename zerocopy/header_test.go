package zerocopy_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// A header made beforehand is in every response, and yields to the handler's.
func TestWithHeader(t *testing.T) {
	page := noise(20_000)
	given := http.Header{"content-type": {"text/x"}, "Etag": {`"1"`}, "Vary": {"A", "B"}, "Content-Length": {"7"}}
	body := zerocopy.NewBody(zerocopy.Bytes(page)).WithHeader(given)
	given["Vary"][0] = "changed"
	for sname, snd := range sends {
		for _, method := range []string{"GET", "HEAD"} {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Etag", `"own"`)
				if _, err := snd(w, r, body); err != nil {
					t.Error(err)
				}
			})
			resp, got, err := s.get(t, method)
			if err != nil {
				t.Fatal(err)
			}
			if method == "GET" {
				equal(t, sname, got, page)
			}
			h := resp.Header
			if h.Get("Content-Type") != "text/x" || h.Get("Etag") != `"own"` || len(h["Vary"]) != 2 || h["Vary"][0] != "A" || resp.ContentLength != 20_000 {
				t.Errorf("%s %s: %v, length %d", sname, method, h, resp.ContentLength)
			}
		}
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, zerocopy.NewBody(body)) })
	if resp, _, err := s.get(t, "GET"); err != nil || resp.Header.Get("Etag") != "" {
		t.Errorf("a part brought its header: %v, %v", resp, err)
	}
}

// A page that was compressed once is sent with its length, and is not sniffed.
func TestWithHeaderOfACompressedPage(t *testing.T) {
	page := bytes.Repeat([]byte("lorem ipsum "), 5000)
	var z bytes.Buffer
	gz, _ := gzip.NewWriterLevel(&z, gzip.NoCompression)
	gz.Write(page)
	gz.Close()
	body := zerocopy.NewBody(zerocopy.Bytes(z.Bytes())).WithHeader(http.Header{"Content-Encoding": {"gzip"}})
	for sname, snd := range sends {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { snd(w, r, body) })
		resp, got, err := s.get(t, "GET")
		if err != nil || resp.ContentLength != int64(z.Len()) || resp.Header.Get("Content-Encoding") != "gzip" || resp.Header["Content-Type"] != nil {
			t.Fatal(sname, resp, err)
		}
		zr, err := gzip.NewReader(bytes.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		plain, _ := io.ReadAll(zr)
		equal(t, sname, plain, page)
	}
}

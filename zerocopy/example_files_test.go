package zerocopy_test

import (
	"fmt"
	"html/template"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// Files stands where http.FileServer did.
func ExampleFiles() {
	dir, err := os.MkdirTemp("", "site")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	os.WriteFile(dir+"/hello.txt", []byte("hello"), 0o644)

	files, err := zerocopy.NewFiles(dir, nil)
	if err != nil {
		panic(err)
	}
	defer files.Close()

	w := httptest.NewRecorder()
	files.ServeHTTP(w, httptest.NewRequest("GET", "/hello.txt", nil))
	fmt.Println(w.Body, w.Header().Get("Etag"))
	// Output: hello "26c7827d889f6da3"
}

func ExampleFilesOptions() {
	site := fstest.MapFS{"js/app.js": {Data: []byte("plain")}, "js/app.js.br": {Data: []byte("brotli")}}
	files := zerocopy.NewFilesFS(site, &zerocopy.FilesOptions{Interval: time.Minute, List: true})
	r := httptest.NewRequest("GET", "/js/app.js", nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	w := httptest.NewRecorder()
	files.ServeHTTP(w, r)
	fmt.Println(w.Body, w.Header()["Vary"])
	// Output: brotli [Accept-Encoding]
}

// The bytes of a Mapping leave by sendfile through any framework's Write.
func ExampleMapping() {
	m, err := zerocopy.MapBytes([]byte(strings.Repeat("0123456789", 100_000)))
	if err != nil {
		panic(err)
	}
	defer m.Close()
	w := httptest.NewRecorder() // or gin's c.Writer, echo's c.Response()
	w.Write(m.Bytes())
	fmt.Println(w.Body.Len(), m.Len())
	// Output: 1000000 1000000
}

func ExampleTemplate() {
	page, err := zerocopy.NewTemplate(template.Must(template.New("page").Parse("<p>Hello, {{.}}!</p>\n")))
	if err != nil {
		panic(err)
	}
	b, err := page.Render("<World>")
	if err != nil {
		panic(err)
	}
	b.WriteTo(os.Stdout)
	// Output: <p>Hello, &lt;World&gt;!</p>
}

// Both directions of a proxied connection.
func ExampleCopy() {
	ln, client := oneTCP()
	server, _ := ln.Accept()
	up, upstream := net.Pipe()
	go func() {
		fmt.Fprint(client, "through")
		client.Close()
	}()
	go func() {
		zerocopy.Copy(up, server)
		up.Close()
	}()
	buf := make([]byte, 7)
	n, _ := upstream.Read(buf)
	fmt.Println(string(buf[:n]))
	// Output: through
}

// later is the ResponseWriter of an adapter that sends when it likes.
type later struct {
	http.ResponseWriter
	body *zerocopy.Body
}

func (l *later) SendBody(b *zerocopy.Body, done func()) { l.body = b }

// Another server's adapter is handed the Body, the header being set.
func ExampleBodyWriter() {
	w := &later{ResponseWriter: httptest.NewRecorder()}
	zerocopy.Send(w, zerocopy.NewBody(zerocopy.String("kept for later")))
	fmt.Println(w.Header().Get("Content-Length"), w.body.Len())
	// Output: 14 14
}

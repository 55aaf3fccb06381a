package accesslog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func ExampleLog() {
	var out bytes.Buffer // a file, usually
	log := accesslog.New(accesslog.Options{Writer: &out})
	h := log.Middleware(http.NotFoundHandler())
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/nowhere", nil))
	if err := log.Close(); err != nil { // after the server's Shutdown
		fmt.Println(err)
	}
	var line struct {
		Method, Path string
		Status       int
	}
	fmt.Println(json.Unmarshal(out.Bytes(), &line), line.Method, line.Path, line.Status)
	// Output: <nil> GET /nowhere 404
}

func ExampleOptions() {
	var out bytes.Buffer
	log := accesslog.New(accesslog.Options{Writer: &out, Buffer: 64 << 10, FlushEvery: time.Second, CloseWait: 10 * time.Second})
	fmt.Println(log.Close())
	// Output: <nil>
}

// With a buffer too small for a line, everything is dropped, and counted.
func ExampleStats() {
	log := accesslog.New(accesslog.Options{Writer: new(bytes.Buffer), Buffer: 10})
	defer log.Close()
	log.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	fmt.Printf("%+v\n", log.Stats())
	// Output: {Handed:1 Written:0 Dropped:1 Pending:0}
}

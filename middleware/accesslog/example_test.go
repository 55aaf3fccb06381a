package accesslog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

func ExampleLog() {
	var out bytes.Buffer // a file, usually
	log := accesslog.New(&accesslog.Options{Writer: &out})
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
	log := accesslog.New(&accesslog.Options{Writer: &out, Buffer: 64 << 10, FlushEvery: time.Second, CloseWait: 10 * time.Second})
	fmt.Println(log.Close())
	// Output: <nil>
}

// With a buffer too small for a line, everything is dropped, and counted.
func ExampleStats() {
	log := accesslog.New(&accesslog.Options{Writer: new(bytes.Buffer), Buffer: 10})
	defer log.Close()
	log.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	fmt.Printf("%+v\n", log.Stats())
	// Output: {Handed:1 Recovered:0 Written:0 Dropped:1 Pending:0 Sampled:0}
}

// Lines wait in a file in memory: what ends the process, SIGKILL included, loses none of them. The next process writes them.
func ExampleRing() {
	dir, err := os.MkdirTemp("", "accesslog")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ring, err := accesslog.OpenRing(filepath.Join(dir, "ring"), 1<<20) // /run/NAME.ring or /dev/shm/NAME.ring in life
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(ring.Waiting(), "bytes left by the process before")
	log := accesslog.New(&accesslog.Options{Writer: io.Discard, Ring: ring})
	fmt.Println(log.Close())
	// Output:
	// 0 bytes left by the process before
	// <nil>
}

func ExampleFile() {
	dir, err := os.MkdirTemp("", "accesslog")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	f, err := accesslog.OpenFile(filepath.Join(dir, "access.log"), &accesslog.FileOptions{MaxSize: 100 << 20, Keep: 3, Signal: syscall.SIGHUP})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	log := accesslog.New(&accesslog.Options{Writer: f})
	defer log.Close()
	fmt.Println(f.Rotate())
	// Output: <nil>
}

func ExampleFileOptions() {
	_, err := accesslog.OpenFile("", &accesslog.FileOptions{MaxSize: 1 << 30})
	fmt.Println(err != nil)
	// Output: true
}

func ExampleFormat() {
	var out bytes.Buffer
	log := accesslog.New(&accesslog.Options{Writer: &out, Format: accesslog.Logfmt})
	log.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/nowhere", nil))
	_ = log.Close()
	fmt.Println(strings.Contains(out.String(), "method=GET path=/nowhere status=404"))
	// Output: true
}

// Of requests that went well in less than 100 ms one in a thousand is logged, and nearly always none of three.
func ExampleSample() {
	log := accesslog.New(&accesslog.Options{Writer: io.Discard, Sample: accesslog.Sample{Every: 1000, Slow: 100 * time.Millisecond}})
	log.Middleware(http.NotFoundHandler()).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/nowhere", nil))
	_ = log.Close()
	fmt.Println(log.Stats().Written, "line: it failed")
	// Output: 1 line: it failed
}

func ExampleLog_Handler() {
	var out bytes.Buffer
	log := accesslog.New(&accesslog.Options{Writer: &out})
	app := slog.New(log.Handler(&slog.HandlerOptions{Level: slog.LevelInfo}))
	app.Info("listening", "port", 8080)
	_ = log.Close()
	fmt.Println(strings.Contains(out.String(), `"msg":"listening","port":8080`))
	// Output: true
}

package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/hotpath-go/hotpath/examples/internal/program"
)

func TestMain(m *testing.M) { program.Main(m, main) }

// The program as a user runs it: started in each of its forms, asked, stopped by SIGTERM.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	content := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	if err := os.WriteFile(filepath.Join(dir, "big.bin"), content, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, framework := range []string{"nethttp", "gin"} {
		for _, fast := range []string{"true", "false"} {
			t.Run(framework+fast, func(t *testing.T) {
				try(t, content, fast == "true", "-framework", framework, "-dir", dir, "-zerocopy="+fast, "-addr", "127.0.0.1:0")
			})
		}
	}
}

func try(t *testing.T, content []byte, fast bool, args ...string) {
	p := program.Start(t, args...)
	for _, tt := range []struct {
		path, ranged string
		status       int
		want         []byte
	}{
		{"/big.bin", "", 200, content},
		{"/big.bin", "bytes=16-31", 206, content[16:32]},
		{"/none", "", 404, nil},
	} {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", p.URL+tt.path, nil)
		if tt.ranged != "" {
			req.Header.Set("Range", tt.ranged)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tt.status || tt.want != nil && !bytes.Equal(got, tt.want) {
			t.Errorf("%s %s: %d with %d bytes, %v", tt.path, tt.ranged, resp.StatusCode, len(got), err)
		}
		if tagged := resp.Header.Get("Etag") != ""; tagged != (fast && tt.status < 300) {
			t.Errorf("%s: ETag %q", tt.path, resp.Header.Get("Etag"))
		}
	}
	http.DefaultClient.CloseIdleConnections()
	p.Stop()
}

// A framework named without its flag is not answered by serving another.
func TestArgumentIsRefused(t *testing.T) { program.Refuses(t, "-framework gin", "gin") }

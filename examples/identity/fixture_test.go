package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain is the program if a test starts its own binary again: what the tests run is then what they were compiled with.
// Hashes are nearly free, and slow clients are not waited for as long.
func TestMain(m *testing.M) {
	patience.header, patience.read, patience.write = time.Second, 2*time.Second, 4*time.Second
	startCost = hashCost{memoryKiB: 64, passes: 1, lanes: 1}
	if os.Getenv("HOTPATH_EXAMPLE") != "" {
		main()
		return
	}
	os.Setenv("HOTPATH_EXAMPLE", "1")
	goleak.VerifyTestMain(m)
}

// service is a Service on a fresh store with nearly free hashes, its audit delivering to a sink of its own.
func service(t *testing.T) *Service {
	t.Helper()
	store := boltStore(t)
	audit := NewAudit(store, courier(t, store, acceptAll(t)), discardLog)
	t.Cleanup(func() { audit.Close(t.Context()) })
	s := NewService(store, NewHasher(startCost, 2), audit, time.Hour)
	t.Cleanup(s.Close)
	return s
}

func boltStore(t *testing.T) *BoltStore {
	t.Helper()
	store, err := OpenBolt(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// program is a Program in this process, and a client of it.
type program struct {
	*Program
	url string
}

func startProgram(t *testing.T, c Config) *program {
	t.Helper()
	c.addr = "127.0.0.1:0"
	if c.data == "" {
		c.data = t.TempDir()
	}
	if c.session == 0 {
		c.session = time.Hour
	}
	if c.logFile == "" {
		c.logFile = filepath.Join(t.TempDir(), "log")
	}
	p, err := Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Errorf("Stop: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return &program{Program: p, url: "http://" + p.Addr().String()}
}

type answer struct {
	status int
	header http.Header
	body   string
}

// call sends one request; kv are header names and values.
func call(t *testing.T, method, url, body string, kv ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(kv); i += 2 {
		req.Header.Set(kv[i], kv[i+1])
	}
	return do(t, http.DefaultClient, req)
}

func do(t *testing.T, client *http.Client, req *http.Request) answer {
	t.Helper()
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(data)}
}

func decode[T any](t *testing.T, a answer, status int) (v T) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.NewDecoder(bytes.NewReader([]byte(a.body))).Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

const (
	adaRegistration = `{"name":"Ada <&> Lövelace","email":"ada@example.com","password":"correct horse"}`
	adaCredentials  = `{"email":"ada@example.com","password":"correct horse"}`
)

func register(t *testing.T, url string) UserView {
	t.Helper()
	return decode[UserView](t, call(t, "POST", url+"/v1/users", adaRegistration), http.StatusCreated)
}

func login(t *testing.T, url string) string {
	t.Helper()
	return decode[LoginView](t, call(t, "POST", url+"/v1/sessions", adaCredentials), http.StatusCreated).Token
}

func checkSession(t *testing.T, url, token string, want int) answer {
	t.Helper()
	a := call(t, "GET", url+"/v1/session", "", "Authorization", "Bearer "+token)
	if a.status != want {
		t.Fatalf("GET /v1/session: %d, want %d: %s", a.status, want, a.body)
	}
	return a
}

// eventually is for what another goroutine or process does in its own time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still not so: %s", what)
		}
	}
}

func writeFile(t *testing.T, path, data string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

package accesslog_test

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/middleware/accesslog"
)

// The victim is this test's own program, started with these set.
const (
	victimDir = "ACCESSLOG_VICTIM_DIR"
	victimEnd = "ACCESSLOG_VICTIM_END" // how it ends by itself: panic, exit, or not
	workers   = 4
)

// victim logs numbered requests from several goroutines for ever. After each one it notes the number in a file of its own, which
// survives as the ring does: that many lines were handed over.
func victim(dir string) {
	log, _ := openLog(dir)
	counts, err := os.OpenFile(filepath.Join(dir, "counts"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		panic(err)
	}
	h := log.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for g := range workers {
		go func() {
			r := &http.Request{Method: "GET", URL: new(url.URL), RemoteAddr: strconv.Itoa(g)}
			w, at := httptest.NewRecorder(), make([]byte, 8)
			_, _ = counts.ReadAt(at, int64(8*g))
			note := func(i uint64) {
				binary.LittleEndian.PutUint64(at, i)
				if _, err := counts.WriteAt(at, int64(8*g)); err != nil {
					panic(err)
				}
			}
			i := binary.LittleEndian.Uint64(at) + 1 // the line after the last note may be there: leave its number out
			for note(i); ; {
				i++
				r.URL.Path = strconv.FormatUint(i, 10)
				h.ServeHTTP(w, r)
				note(i)
				for i%64 == 0 && log.Stats().Pending > 2000 { // a line that is dropped would count as lost
					time.Sleep(time.Millisecond)
				}
			}
		}()
	}
	end := os.Getenv(victimEnd)
	if end == "" {
		select {}
	}
	time.Sleep(100 * time.Millisecond)
	if end == "exit" {
		os.Exit(0)
	}
	panic("the victim's")
}

// openLog is the log of victim and, later, of the test. Its files are small, so that the victim dies in rotations too.
func openLog(dir string) (*accesslog.Log, *accesslog.File) {
	f, err := accesslog.OpenFile(filepath.Join(dir, "log"), &accesslog.FileOptions{MaxSize: 100 << 10, Keep: 1000})
	if err != nil {
		panic(err)
	}
	r, err := accesslog.OpenRing(filepath.Join(dir, "ring"), 1<<20)
	if err != nil {
		panic(err)
	}
	return accesslog.New(&accesslog.Options{Writer: f, Ring: r, FlushEvery: 2 * time.Millisecond, FlushAt: 4 << 10, CloseWait: time.Minute}), f
}

// Whatever ends a process, every line that was handed over is in the log or in the ring afterwards, once.
func TestNothingIsLostWhenTheProcessDies(t *testing.T) {
	dies(t, "kill", "kill", "panic", "exit", "kill")
	if os.Getenv("HOTPATH_SOAK") != "" {
		t.Logf("soak: %s, 300 kills more", t.Name())
		for range 60 {
			dies(t, "kill", "kill", "kill", "kill", "kill")
		}
	}
}

func dies(t *testing.T, deaths ...string) {
	dir := t.TempDir()
	var maybe [workers]map[uint64]bool // the line after the last note: its process died between the two
	for g := range maybe {
		maybe[g] = map[uint64]bool{1: true}
	}
	for i, end := range deaths {
		die(t, dir, end)
		for g, n := range handed(dir) {
			maybe[g][n+1] = true
		}
		if i == 0 { // the next process finds what this one left
			continue
		}
		log, f := openLog(dir)
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		if s := balanced(t, log); s.Dropped != 0 || s.Pending != 0 {
			t.Fatalf("%+v", s)
		}
		_ = f.Close()
		checkLines(t, dir, maybe)
	}
}

// die runs a victim until it has logged a while and is dead.
func die(t *testing.T, dir, end string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), victimDir+"="+dir)
	if end != "kill" {
		cmd.Env = append(cmd.Env, victimEnd+"="+end)
	}
	before := total(dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if end != "kill" {
		_ = cmd.Wait()
		return
	}
	for deadline := time.Now().Add(20 * time.Second); total(dir) < before+500; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Error("the victim does not log")
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// handed returns how many lines each worker has seen handed over.
func handed(dir string) (n [workers]uint64) {
	b, _ := os.ReadFile(filepath.Join(dir, "counts"))
	for g := range n {
		if len(b) >= 8*g+8 {
			n[g] = binary.LittleEndian.Uint64(b[8*g:])
		}
	}
	return n
}

func total(dir string) (sum uint64) {
	for _, n := range handed(dir) {
		sum += n
	}
	return sum
}

// checkLines looks for every number of every worker.
func checkLines(t *testing.T, dir string, maybe [workers]map[uint64]bool) {
	t.Helper()
	var seen [workers]map[uint64]int
	for g := range seen {
		seen[g] = map[uint64]int{}
	}
	names, _ := filepath.Glob(filepath.Join(dir, "log*"))
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			var m struct {
				Path uint64 `json:",string"`
				From int    `json:"remote_addr,string"`
			}
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				t.Fatalf("%s: %q: %v", name, line, err)
			}
			seen[m.From][m.Path]++
		}
	}
	for g, n := range handed(dir) {
		for i := uint64(1); i <= n; i++ {
			if c := seen[g][i]; c > 1 || c == 0 && !maybe[g][i] {
				t.Fatalf("worker %d: line %d is there %d times, of %d handed over", g, i, c, n)
			}
		}
	}
}

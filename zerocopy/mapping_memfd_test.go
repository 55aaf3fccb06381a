//go:build linux && !portable

package zerocopy_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/zerocopy"
)

const mapsMemory = true

const portableStat = 0

// The bar for a stock Write: what does not travel beside the header goes by
// sendfile, and a slice of ordinary memory does not.
func TestStockWriteOfAMappingIsSendfile(t *testing.T) {
	const size = 9 << 20
	m := mapped(t, make([]byte, size))
	heap := append([]byte(nil), m.Bytes()...)
	for name, tt := range map[string]struct {
		p    []byte
		want int64
	}{"mapping": {m.Bytes(), 1}, "heap": {heap, 0}, "short": {m.Bytes()[:300_000], 0}} {
		got := counts(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(tt.p)))
			w.Write(tt.p)
		})
		if (got.Sendfiles > 0) != (tt.want > 0) || tt.want > 0 && got.SendfileBytes < size-4096 {
			t.Errorf("%s: %+v; sendfiles want %d", name, got, tt.want)
		}
	}
}

// Neither this process nor another can change what a Mapping has.
func TestMappingIsSealed(t *testing.T) {
	m := mapped(t, noise(10_000))
	f, err := os.OpenFile(memfdPath(t), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Error("WriteAt was allowed")
	}
	if err := f.Truncate(1); err == nil {
		t.Error("shrinking was allowed")
	}
	if err := f.Truncate(1 << 20); err == nil {
		t.Error("growing was allowed")
	}
	if _, err := unix.Mmap(int(f.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err == nil {
		t.Error("a writable mapping was allowed")
	}
	if !faults(func() { m.Bytes()[0] = 1 }) {
		t.Error("a write through Bytes was allowed")
	}
	equal(t, "content", m.Bytes(), noise(10_000))
}

func memfdPath(t *testing.T) string {
	t.Helper()
	dir, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range dir {
		path := "/proc/self/fd/" + e.Name()
		if to, _ := os.Readlink(path); strings.HasPrefix(to, "/memfd:zerocopy") {
			return path
		}
	}
	t.Fatal("no memfd")
	return ""
}

func faults(f func()) (yes bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { yes = recover() != nil }()
	f()
	return false
}

// After Close a slice kept too long must fault, not show what came later.
func TestClosedRangeIsNeverReused(t *testing.T) {
	m := mapped(t, noise(100_000))
	kept := m.Bytes()
	m.Close()
	for range 50 {
		later := mapped(t, noise(100_000)).Bytes()
		if unsafe.SliceData(later) == unsafe.SliceData(kept) {
			t.Fatal("the range was used again")
		}
	}
	for _, i := range []int{0, 50_000, 99_999} {
		if !faults(func() { _ = kept[i] + 1; sinkByte = kept[i] }) {
			t.Errorf("byte %d can be read", i)
		}
	}
}

var sinkByte byte

// Clients that reset, half-close or stop reading in the middle of a Mapping keep
// neither its memory nor its descriptor beyond Close.
func TestBadClientsLeaveNoMapping(t *testing.T) {
	fds, maps := openFiles(t), memfdMaps(t)
	m := mapped(t, make([]byte, 16<<20))
	body := zerocopy.NewBody(m)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { zerocopy.Reply(w, r, body) })
	for i := range 6 {
		c := s.dial(t).(*net.TCPConn)
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		io.CopyN(io.Discard, c, 100_000)
		switch i % 3 {
		case 0:
			c.SetLinger(0)
		case 1:
			c.CloseWrite()
			io.CopyN(io.Discard, c, 4<<20)
		}
		c.Close()
	}
	s.srv.Close()
	m.Close()
	for i := 0; openFiles(t) > fds && i < 2000; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if now := openFiles(t); now > fds {
		t.Errorf("%d open files; want %d", now, fds)
	}
	if now := memfdMaps(t); now > maps {
		t.Errorf("%d mappings; want %d", now, maps)
	}
}

func memfdMaps(t *testing.T) int {
	t.Helper()
	p, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(p), "memfd:zerocopy")
}

// One short piece is a plain write, and fails as a gathering one does: what has
// begun cannot be ended, so nothing may follow.
func TestPieceThatIsGoneBreaksTheConn(t *testing.T) {
	m := mapped(t, noise(5000))
	p := m.Bytes()
	m.Close()
	server, _ := pair(t, "tcp")
	if _, err := zerocopy.Send(server, zerocopy.NewBody(zerocopy.Bytes(p))); err == nil {
		t.Error("memory that is gone was sent")
	}
	if _, err := server.Write([]byte("next")); err == nil {
		t.Error("the conn is still written to")
	}
}

//go:build linux && !portable

package zerocopy_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// The bar for files: header with MSG_MORE, then sendfile. Nothing else.
func TestFileIsTwoCalls(t *testing.T) {
	const size = 40_000
	f := tempFile(t, noise(size))
	body := zerocopy.NewBody(zerocopy.File(f, 0, size))
	for wname, wrap := range wrappers {
		if wname == "naked" {
			continue
		}
		for sname, snd := range sends {
			got := counts(t, func(w http.ResponseWriter, r *http.Request) { snd(wrap(w), r, body) })
			sniffed := uint64(0)
			if wname == "limiter" {
				sniffed = 512 // no Flush: net/http copies these beside the header
			}
			if got.Writes+got.Gathers != 1 || got.Sendfiles != 1 || got.SendfileBytes != size-sniffed {
				t.Errorf("%s, %s: %+v; want one write and one sendfile of %d", wname, sname, got, size-sniffed)
			}
		}
	}
}

func TestReaderReachesSendfileWithoutSend(t *testing.T) {
	const size = 100_000
	f := tempFile(t, noise(size))
	body := zerocopy.NewBody(zerocopy.File(f, 0, size))
	for name, h := range map[string]http.HandlerFunc{
		"io.Copy":  func(w http.ResponseWriter, r *http.Request) { io.Copy(w, body.NewReader()) },
		"io.CopyN": func(w http.ResponseWriter, r *http.Request) { io.CopyN(w, body.NewReader(), size) },
	} {
		got := counts(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100000")
			h(w, r)
		})
		if got.SendfileBytes != size-512 {
			t.Errorf("%s: %+v; want all but the 512 sniffed bytes by sendfile", name, got)
		}
	}
}

func TestStockFileIsPassedOn(t *testing.T) {
	const size = 100_000
	f := tempFile(t, noise(size))
	got := counts(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		f.Seek(0, io.SeekStart)
		io.Copy(w, f)
	})
	if got.Passed != 1 || got.PassedBytes != size-512 {
		t.Errorf("%+v; want one ReadFrom of all but the 512 sniffed bytes", got)
	}
}

func TestSendfileToAUnixSocket(t *testing.T) {
	f := tempFile(t, noise(40_000))
	ln, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	zl := zerocopy.NewListener(ln)
	server, client := pairOn(t, zl)
	go func() {
		zerocopy.Send(server, zerocopy.NewBody(zerocopy.File(f, 0, 40_000)))
		server.Close()
	}()
	if n, err := io.Copy(io.Discard, client); n != 40_000 || err != nil {
		t.Errorf("received %d, %v", n, err)
	}
	if got := zl.Stats(); got.SendfileBytes != 40_000 {
		t.Errorf("%+v; want all by sendfile", got)
	}
}

// The kernel keeps bytes sent with MSG_MORE for up to 200 ms. When the file
// that was to follow fails, nothing follows: they must have been pushed out.
func TestNothingStaysCorkedAfterAnError(t *testing.T) {
	for name, fail := range map[string]func(f *os.File){
		"truncated to nothing": func(f *os.File) { f.Truncate(0) },
		"truncated":            func(f *os.File) { f.Truncate(1000) },
		"closed":               func(f *os.File) { f.Close() },
		"no file at all":       nil,
	} {
		for _, noDelay := range []int{0, 1} {
			f := tempFile(t, noise(40_000))
			if fail == nil {
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				defer w.Close()
				f = r
			}
			body := zerocopy.NewBody(zerocopy.String("header"), zerocopy.File(f, 0, 40_000))
			if fail != nil {
				fail(f)
			}
			server, _ := pair(t, "tcp")
			tcp := server.(interface{ NetConn() net.Conn }).NetConn().(*net.TCPConn)
			tcp.SetNoDelay(noDelay == 1)
			if _, err := zerocopy.Send(server, body); err == nil {
				t.Fatal("no error")
			}
			unsent, opt := outQueue(t, tcp)
			if unsent != 0 || opt != noDelay {
				t.Errorf("%s: %d bytes not sent, TCP_NODELAY %d; want 0, %d", name, unsent, opt, noDelay)
			}
		}
	}
}

// outQueue returns the bytes the kernel has not sent yet, see SIOCOUTQNSD.
func outQueue(t *testing.T, c *net.TCPConn) (unsent, noDelay int) {
	t.Helper()
	rc, err := c.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var errs [2]error
	rc.Control(func(fd uintptr) {
		unsent, errs[0] = unix.IoctlGetInt(int(fd), unix.SIOCOUTQNSD)
		noDelay, errs[1] = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NODELAY)
	})
	if errors.Is(errs[0], unix.ENOSYS) {
		// User-mode emulation does not pass this ioctl on; a native run of the same test asks the kernel.
		t.Log("SIOCOUTQNSD: ", errs[0])
		unsent, errs[0] = 0, nil
	}
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return unsent, noDelay
}

// A file that sendfile refuses is copied.
func TestFileWithoutSendfile(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	server, _ := pair(t, "tcp")
	_, err = zerocopy.Send(server, zerocopy.NewBody(zerocopy.File(r, 0, 10)))
	if err == nil || !strings.HasPrefix(err.Error(), "zerocopy: ") {
		t.Errorf("a pipe has no sections: %v; want an error of ours", err)
	}
	proc, err := os.Open("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	defer proc.Close()
	server, client := pair(t, "tcp")
	go func() {
		if n, err := zerocopy.Send(server, zerocopy.NewBody(zerocopy.File(proc, 0, 100))); n != 100 || err != nil {
			t.Errorf("sent %d, %v", n, err)
		}
		server.Close()
	}()
	if got, err := io.ReadAll(client); len(got) != 100 || !strings.HasPrefix(string(got), "Name:") || err != nil {
		t.Errorf("received %q, %v", got, err)
	}
}

// Memory and the file after it go in one call of RawConn. The error is of the
// call of the kernel that failed.
func TestErrorNamesTheCallThatFailed(t *testing.T) {
	f := tempFile(t, noise(100_000))
	file := zerocopy.File(f, 0, 100_000)
	for want, b := range map[string]*zerocopy.Body{
		"sendmsg":  zerocopy.NewBody(zerocopy.Bytes(noise(5000)), file),
		"sendfile": zerocopy.NewBody(file),
	} {
		server, client := pair(t, "tcp")
		client.(*net.TCPConn).SetLinger(0)
		client.Close()
		server.Read(make([]byte, 1)) // until the reset has come
		_, err := zerocopy.Send(server, b)
		if sys, ok := errors.AsType[*os.SyscallError](err); !ok || sys.Syscall != want {
			t.Errorf("%v; want an error of %s", err, want)
		}
	}
}

//go:build unix

package zerocopy_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// Opening a FIFO must not wait for its writer, nor a socket be served.
func TestFilesServesRegularFilesOnly(t *testing.T) {
	dir := tree(t, nil)
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "index.html"), 0o777); err != nil {
		t.Fatal(err)
	}
	f := newFiles(t, dir, &zerocopy.FilesOptions{})
	for _, target := range []string{"/fifo", "/fifo/", "/"} {
		if w := ask(f, "GET", target); w.Code != 404 {
			t.Errorf("%s: %q", target, shown(w))
		}
	}
}

// Without a descriptor left the cache gives up its own.
func TestFilesOutOfDescriptors(t *testing.T) {
	files := map[string]string{}
	names := []string{}
	for i := range 20 {
		name := string(rune('a' + i))
		files[name], names = string(noise(20_000)), append(names, name)
	}
	dir := tree(t, files)
	f := newFiles(t, dir, nil)
	for _, name := range names[:10] {
		ask(f, "GET", "/"+name)
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &was); err != nil {
		t.Fatal(err)
	}
	now := was
	d, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	// The next descriptor would be d's number or more; those below are freed by f.
	setCur(&now, uint64(d.Fd()))
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &now); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setrlimit(syscall.RLIMIT_NOFILE, &was)
	for _, name := range names {
		if w := ask(f, "GET", "/"+name); w.Code != 200 || w.Body.Len() != 20_000 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

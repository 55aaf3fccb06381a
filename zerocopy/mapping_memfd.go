//go:build linux && !portable

package zerocopy

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// mapMin is where a Mapping leaves by sendfile: a memfd has small pages, and
// below this the bytes are in the processor's cache and quickly copied. See the
// sweep of bench/measure and the table of bench/paths.
const mapMin = 1 << 20

// newMapping copies src, of about size bytes, into a sealed memfd.
func newMapping(src io.Reader, size int64) (m *Mapping, n int64, err error) {
	fd, err := unix.MemfdCreate("zerocopy", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, 0, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "memfd:zerocopy")
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if n, err = io.Copy(f, src); err != nil {
		return nil, n, fmt.Errorf("zerocopy: map: %w", err)
	}
	// F_SEAL_WRITE holds for mappings to come and fails if one is writable now.
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	if _, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return nil, n, os.NewSyscallError("fcntl F_ADD_SEALS", err)
	}
	m = &Mapping{file: f}
	if m.raw, err = f.SyscallConn(); err != nil || n == 0 {
		return m, n, err
	}
	m.mem, err = unix.Mmap(fd, 0, int(n), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, n, os.NewSyscallError("mmap", err)
	}
	mappings.add(m)
	return m, n, nil
}

// free gives the pages back but keeps their addresses: an anonymous mapping
// without any right takes their place, atomically, see mmap(2) MAP_FIXED.
func (m *Mapping) free() error {
	if len(m.mem) > 0 {
		size := (uintptr(len(m.mem)) + uintptr(os.Getpagesize()) - 1) &^ (uintptr(os.Getpagesize()) - 1)
		const flags = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_FIXED | unix.MAP_NORESERVE
		if err := remap(m.start(), size, flags); err != nil {
			m.file.Close()
			return err
		}
	}
	return m.file.Close()
}

//go:build linux && !portable

package zerocopy

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// remap puts an unreadable mapping in the place of one of ours. The address is
// turned into a pointer only for the call; no Go object lies there.
func remap(at, size uintptr, flags int) error {
	// unsafe.Pointer: MmapPtr wants the address as one. It is the start of memory
	// the kernel mapped for us, outside Go's heap, so the collector ignores it.
	_, err := unix.MmapPtr(-1, 0, *(*unsafe.Pointer)(unsafe.Pointer(&at)), size, unix.PROT_NONE, flags)
	return os.NewSyscallError("mmap", err)
}

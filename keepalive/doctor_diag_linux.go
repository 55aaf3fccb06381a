//go:build linux

package keepalive

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

const sockDiagByFamily = 20 // SOCK_DIAG_BY_FAMILY, see sock_diag(7)

// liveSockets asks the kernel for the TCP sockets that d is about. It is here
// with the build tag portable too: there is nothing else to ask.
func liveSockets(d Doctor) ([]socket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil, os.NewSyscallError("socket(NETLINK_SOCK_DIAG)", err)
	}
	defer func() { _ = unix.Close(fd) }()
	var all []socket
	for _, family := range []uint8{unix.AF_INET, unix.AF_INET6} {
		some, err := dump(fd, diagRequest(d, family))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	if d.PID == 0 {
		return all, nil
	}
	mine, err := inodes(d.PID)
	return slices.DeleteFunc(all, func(s socket) bool {
		_, ok := mine[s.inode]
		// What has no file any more, as TIME_WAIT, is nobody's: only a port selects it.
		return !ok && (s.inode != 0 || d.Port == 0)
	}), err
}

// diagRequest is struct nlmsghdr and struct inet_diag_req_v2.
func diagRequest(d Doctor, family uint8) []byte {
	b := make([]byte, nlHeader+56)
	ne := binary.NativeEndian
	ne.PutUint32(b, uint32(len(b)))
	ne.PutUint16(b[4:], sockDiagByFamily)
	ne.PutUint16(b[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	r := b[nlHeader:]
	r[0], r[1] = family, unix.IPPROTO_TCP
	r[2] = 1<<(attrInfo-1) | 1<<(attrCong-1)
	ne.PutUint32(r[4:], 1<<len(stateNames)-1) // every state
	port := r[8:]                             // idiag_sport
	if d.Client {
		port = r[10:] // idiag_dport
	}
	binary.BigEndian.PutUint16(port, uint16(d.Port))
	return b
}

func dump(fd int, request []byte) ([]socket, error) {
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, os.NewSyscallError("sendto", err)
	}
	b := make([]byte, 64<<10) // the kernel makes datagrams of 32 KiB at most
	var all []socket
	for {
		n, _, err := unix.Recvfrom(fd, b, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, os.NewSyscallError("recvfrom", err)
		}
		some, done, err := parseDiag(b[:n])
		all = append(all, some...)
		if done || err != nil {
			return all, err
		}
	}
}

// inodes are the sockets that a process has open.
func inodes(pid int) (map[uint32]struct{}, error) {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	all := make(map[uint32]struct{})
	for _, f := range files {
		to, err := os.Readlink(filepath.Join(dir, f.Name()))
		if err != nil {
			continue // closed meanwhile
		}
		if s, ok := strings.CutPrefix(to, "socket:["); ok {
			if n, err := strconv.ParseUint(strings.TrimSuffix(s, "]"), 10, 32); err == nil {
				all[uint32(n)] = struct{}{}
			}
		}
	}
	return all, nil
}

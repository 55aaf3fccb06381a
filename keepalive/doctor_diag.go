package keepalive

import (
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
)

// socket is what sock_diag says of one TCP socket.
type socket struct {
	state            uint8
	timer            uint8 // 0: none at all
	local, remote    uint16
	queued, limit    uint32 // bytes to read and to be acknowledged; listening: connections and the backlog
	inode            uint32
	congestion       string
	unacked          uint32
	lastAck          uint32 // ms since the peer's last acknowledgement
	sent, sentBeyond uint64 // bytes sent in all, and of them again
}

// TCP's states as the kernel numbers them (include/net/tcp_states.h).
const (
	stateEstablished = 1
	stateTimeWait    = 6
	stateCloseWait   = 8
	stateListen      = 10
)

var stateNames = [...]string{"?", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV"}

// Message types and attributes of netlink(7) and sock_diag(7).
const (
	nlHeader   = 16 // struct nlmsghdr
	nlError    = 2
	nlDone     = 3
	diagHeader = 72 // struct inet_diag_msg
	attrInfo   = 2  // INET_DIAG_INFO: struct tcp_info
	attrCong   = 4  // INET_DIAG_CONG: a string
)

var errTorn = errors.New("keepalive: torn netlink message")

// parseDiag reads one datagram of a sock_diag dump. All numbers are in the
// machine's order but the ports. done is true after the last message.
func parseDiag(b []byte) (all []socket, done bool, err error) {
	for len(b) >= nlHeader {
		size := int64(binary.NativeEndian.Uint32(b))
		if size < nlHeader || size > int64(len(b)) {
			return all, false, errTorn
		}
		body := b[nlHeader:size]
		switch binary.NativeEndian.Uint16(b[4:]) {
		case nlDone:
			return all, true, nil
		case nlError:
			return all, false, diagError(body)
		default:
			s, err := parseSocket(body)
			if err != nil {
				return all, false, err
			}
			all = append(all, s)
		}
		b = b[min((size+3)&^3, int64(len(b))):]
	}
	if len(b) > 0 {
		return all, false, errTorn
	}
	return all, false, nil
}

func diagError(body []byte) error {
	if len(body) < 4 {
		return errTorn
	}
	errno := -int32(binary.NativeEndian.Uint32(body))
	return fmt.Errorf("keepalive: sock_diag: %w", syscall.Errno(errno))
}

func parseSocket(b []byte) (socket, error) {
	if len(b) < diagHeader {
		return socket{}, errTorn
	}
	s := socket{
		state: b[1], timer: b[2],
		local: binary.BigEndian.Uint16(b[4:]), remote: binary.BigEndian.Uint16(b[6:]),
		queued: binary.NativeEndian.Uint32(b[56:]), limit: binary.NativeEndian.Uint32(b[60:]),
		inode: binary.NativeEndian.Uint32(b[68:]),
	}
	for b = b[diagHeader:]; len(b) >= 4; {
		size := int(binary.NativeEndian.Uint16(b))
		if size < 4 || size > len(b) {
			return s, errTorn
		}
		s.attribute(binary.NativeEndian.Uint16(b[2:]), b[4:size])
		b = b[min((size+3)&^3, len(b)):]
	}
	return s, nil
}

// attribute takes what it knows. Older kernels have a shorter tcp_info.
func (s *socket) attribute(kind uint16, v []byte) {
	switch {
	case kind == attrCong && len(v) > 0:
		s.congestion = string(v[:len(v)-1]) // without the final zero
	case kind == attrInfo && len(v) >= 60:
		s.unacked, s.lastAck = binary.NativeEndian.Uint32(v[24:]), binary.NativeEndian.Uint32(v[56:])
		if len(v) >= 216 {
			s.sent, s.sentBeyond = binary.NativeEndian.Uint64(v[200:]), binary.NativeEndian.Uint64(v[208:])
		}
	}
}

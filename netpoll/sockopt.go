//go:build linux && !portable

package netpoll

import "golang.org/x/sys/unix"

// sockopts are the options that net.FileConn overwrites with Go's defaults (net.newTCPConn).
type sockopts struct {
	value [len(overwritten)]int
	known [len(overwritten)]bool
}

var overwritten = [...]struct{ level, name, goes int }{
	{unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
	{unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
	{unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 15},
	{unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 15},
	{unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 9},
}

// usual reports whether restore has nothing to do.
func (o *sockopts) usual() bool {
	for i, opt := range overwritten {
		if o.known[i] && o.value[i] != opt.goes {
			return false
		}
	}
	return true
}

// readSockopts finds none on a Unix socket, which has no TCP_NODELAY.
func readSockopts(fd int) (o sockopts) {
	for i, opt := range overwritten {
		v, err := unix.GetsockoptInt(fd, opt.level, opt.name)
		o.value[i], o.known[i] = v, err == nil
		if err != nil {
			break
		}
	}
	return o
}

// restore saves the calls that would set what FileConn has set: nearly all, on a server that leaves Go's defaults.
func (o sockopts) restore(fd int) {
	for i, opt := range overwritten {
		if o.known[i] && o.value[i] != opt.goes {
			unix.SetsockoptInt(fd, opt.level, opt.name, o.value[i])
		}
	}
}

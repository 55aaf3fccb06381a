//go:build linux && !portable

package keepalive

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// userTimeoutKnown says whether a default TCP_USER_TIMEOUT may be set.
const userTimeoutKnown = true

func setUserTimeout(c *net.TCPConn, d time.Duration) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, []sockopt{userTimeoutOption(d)})
}

// control runs the options on the descriptor, which is valid only inside the
// callback of RawConn.Control.
func control(raw syscall.RawConn, opts []sockopt) error {
	var err error
	if cerr := raw.Control(func(fd uintptr) {
		for _, o := range opts {
			if err = o.apply(int(fd)); err != nil {
				return
			}
		}
	}); cerr != nil {
		return cerr
	}
	return err
}

// sockopt is one option that was asked for. text is used instead of value for
// the one option that is a string.
type sockopt struct {
	name       string
	level, opt int
	value      int
	text       string
	enough     func(want, got int) bool
}

// apply sets the option and reads it back: some kernels clip a value, or take
// one they do not act on.
func (o sockopt) apply(fd int) error {
	if o.text != "" {
		return o.applyText(fd)
	}
	if err := unix.SetsockoptInt(fd, o.level, o.opt, o.value); err != nil {
		return o.wrap(os.NewSyscallError("setsockopt", err))
	}
	got, err := unix.GetsockoptInt(fd, o.level, o.opt)
	if err != nil {
		return o.wrap(os.NewSyscallError("getsockopt", err))
	}
	if !o.enough(o.value, got) {
		return o.wrap(fmt.Errorf("the kernel made it %d: %w", got, ErrNotApplied))
	}
	return nil
}

func (o sockopt) applyText(fd int) error {
	if err := unix.SetsockoptString(fd, o.level, o.opt, o.text); err != nil {
		return o.wrap(os.NewSyscallError("setsockopt", err))
	}
	got, err := unix.GetsockoptString(fd, o.level, o.opt)
	if err != nil {
		return o.wrap(os.NewSyscallError("getsockopt", err))
	}
	if got != o.text {
		return o.wrap(fmt.Errorf("the kernel made it %q: %w", got, ErrNotApplied))
	}
	return nil
}

func (o sockopt) wrap(err error) error {
	if o.text != "" {
		return fmt.Errorf("keepalive: %s = %s: %w", o.name, o.text, err)
	}
	return fmt.Errorf("keepalive: %s = %d: %w", o.name, o.value, err)
}

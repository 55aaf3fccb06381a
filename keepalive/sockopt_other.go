//go:build !linux || portable

package keepalive

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// userTimeoutKnown says whether a default TCP_USER_TIMEOUT may be set.
const userTimeoutKnown = false

func setUserTimeout(*net.TCPConn, time.Duration) error { return unsupported("UserTimeout") }

func unsupported(option string) error {
	return fmt.Errorf("keepalive: %s on this system: %w", option, errors.ErrUnsupported)
}

package main

import (
	"crypto/rand"
	"net"
	"strconv"
	"strings"
	"time"
)

// Event is one line of the audit log. Delivery is at least once; a sink drops repeats by ID.
type Event = struct {
	ID     string    `json:"id"`
	Type   string    `json:"type"`
	UserID string    `json:"user_id"`
	Remote string    `json:"remote"`
	At     time.Time `json:"at"`
}

// AuditView is the body of GET /v1/audit.
type AuditView struct {
	Events []Event `json:"events"`
}

func newEvent(userID, remote string, at time.Time) Event {
	return Event{ID: "evt_" + strings.ToLower(rand.Text()), Type: "login", UserID: userID, Remote: remote, At: at}
}

// remoteHost drops the port. X-Forwarded-For is not believed: anyone can send it.
func remoteHost(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}

const (
	defaultAuditLimit = 20
	maxAuditLimit     = 1000
)

func auditLimit(query string) (int, error) {
	if query == "" {
		return defaultAuditLimit, nil
	}
	n, err := strconv.Atoi(query)
	if err != nil || n < 1 || n > maxAuditLimit {
		return 0, ErrBadLimit
	}
	return n, nil
}

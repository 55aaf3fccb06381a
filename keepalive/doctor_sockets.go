package keepalive

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Sockets is a plain value, safe for concurrent reading. It sums up the live
// sockets that a [Doctor] looked at.
type Sockets struct {
	States     map[string]int `json:"states"`     // how many in which TCP state
	Congestion map[string]int `json:"congestion"` // how many under which congestion control
}

// String lists the states and the congestion controls.
func (s Sockets) String() string {
	var parts []string
	for _, m := range []map[string]int{s.States, s.Congestion} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			parts = append(parts, fmt.Sprintf("%d %s", m[k], k))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

func summarize(all []socket) *Sockets {
	s := &Sockets{States: map[string]int{}, Congestion: map[string]int{}}
	for _, sk := range all {
		s.States[stateNames[min(int(sk.state), len(stateNames)-1)]]++
		if sk.congestion != "" {
			s.Congestion[sk.congestion]++
		}
	}
	return s
}

// live counts the sockets for which is holds, among those of a state.
func (m *machine) live(state uint8, is func(socket) bool) (n, of int, err error) {
	switch {
	case m.socketsErr != nil:
		return 0, 0, m.socketsErr
	case m.sockets == nil:
		return 0, 0, errNotAsked
	}
	for _, s := range m.sockets {
		if s.state == state {
			of++
			if is(s) {
				n++
			}
		}
	}
	return n, of, nil
}

func share(n, of int) string { return fmt.Sprintf("%d of %d", n, of) }

func checkListenQueue(m *machine) (*Finding, error) {
	var worst socket
	n, of, err := m.live(stateListen, func(s socket) bool {
		full := s.limit > 0 && 2*s.queued >= s.limit
		if full || worst.state == 0 {
			worst = s
		}
		return full
	})
	switch {
	case of == 0 && m.socketsErr == nil && m.Port > 0 && !m.Client && m.Root == nil:
		return nil, fmt.Errorf("nothing listens on port %d", m.Port)
	case err != nil:
		return nil, err
	case of == 0:
		return nil, errNotAsked
	case n > 0:
		return finding(Problem, fmt.Sprintf("%d waiting of %d on port %d", worst.queued, worst.limit, worst.local), "near 0").says(
			"connections wait for Accept; when the queue is full they are dropped",
			"connections that begin at once", "find what keeps the program from accepting; a larger ListenConfig.Backlog only buys time")
	case int(worst.limit) < m.Rate:
		return finding(Warning, fmt.Sprintf("%d places on port %d", worst.limit, worst.local), fmt.Sprint("at least ", m.Rate)).says(
			"less than a second's arrivals may wait", "room for a pause of a second", "ListenConfig.Backlog, and sysctl net.core.somaxconn")
	}
	return nil, nil
}

func checkCloseWait(m *machine) (*Finding, error) {
	n, _, err := m.live(stateCloseWait, func(socket) bool { return true })
	_, open, _ := m.live(stateEstablished, func(socket) bool { return false })
	if err != nil || n < 10 || n*10 < open {
		return nil, err
	}
	return finding(Warning, n, "near 0").says(
		"the other side has closed and the program has not: it has forgotten them, and they never go away by themselves",
		"descriptors and memory back", "look for bodies that are not closed, and connections that nobody reads from")
}

func checkRetransmits(m *machine) (*Finding, error) {
	var sent, again uint64
	_, of, err := m.live(stateEstablished, func(s socket) bool {
		sent += s.sent
		again += s.sentBeyond
		return true
	})
	if err != nil || of == 0 || sent < 1<<20 || again*50 < sent {
		return nil, err
	}
	return finding(Warning, fmt.Sprintf("%.1f %%", 100*float64(again)/float64(sent)), "below 2 %").says(
		"segments are lost on the way", "answers without waiting for retransmissions", "ss -ti to see whose; ip -s link for the device's own drops")
}

func checkSilent(m *machine) (*Finding, error) {
	const minute = 60_000
	n, of, err := m.live(stateEstablished, func(s socket) bool { return s.unacked > 0 && s.lastAck > minute })
	if err != nil || n == 0 {
		return nil, err
	}
	return finding(Warning, share(n, of), 0).says(
		"data was sent and nothing acknowledged for more than a minute: the peers are gone, and until tcp_retries2 is over nobody is told",
		"dead peers reported when you want it", "ListenConfig.UserTimeout for accepted connections, Transport.UserTimeout for dialed ones")
}

func checkUnprobed(m *machine) (*Finding, error) {
	n, of, err := m.live(stateEstablished, func(s socket) bool { return s.timer == 0 })
	if err != nil || n == 0 {
		return nil, err
	}
	return finding(Warning, share(n, of), 0).says(
		"no timer runs on them: a peer that vanishes while they are idle is never noticed",
		"dead peers go away", "leave TCP keep-alive on: ListenConfig.KeepAlive, Transport.KeepAlive")
}

func checkTimeWait(m *machine) (*Finding, error) {
	if !m.Client {
		return nil, errNotAsked
	}
	n, _, err := m.live(stateTimeWait, func(socket) bool { return true })
	if err != nil {
		return nil, err
	}
	ports, err := m.ports()
	if err != nil || 2*n < ports {
		return nil, err
	}
	return finding(Warning, n, fmt.Sprint("below ", ports/2)).says(
		fmt.Sprintf("each holds one of the %d ports towards that address for %d s", ports, timeWaitSeconds),
		"dials that do not fail with EADDRNOTAVAIL", "keep connections (keepalive.Transport), or "+set("net.ipv4.tcp_tw_reuse", 1))
}

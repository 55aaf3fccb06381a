package keepalive

import "fmt"

func checkSomaxconn(m *machine) (*Finding, error) {
	if m.Client {
		return nil, errNotAsked
	}
	have, err := m.one("net.core.somaxconn")
	if err != nil || have >= m.Rate {
		return nil, err
	}
	return finding(Warning, have, fmt.Sprint("at least ", m.Rate)).says(
		fmt.Sprintf("Go's listeners take it as their backlog: a pause in accepting of %d ms fills it at this rate, then SYNs are dropped and clients try again after 1 s, 3 s, 7 s", have*1000/m.Rate),
		"a second's arrivals wait instead of timing out; restart the program, which reads it once", set("net.core.somaxconn", m.Rate*2))
}

func checkSyncookies(m *machine) (*Finding, error) {
	if m.Client {
		return nil, errNotAsked
	}
	have, err := m.one("net.ipv4.tcp_syncookies")
	if err != nil || have != 0 {
		return nil, err
	}
	return finding(Warning, have, 1).says(
		"when the queue of half-open connections is full, whoever fills it keeps everybody else out",
		"connections during a SYN flood, or a burst that looks like one", set("net.ipv4.tcp_syncookies", 1))
}

func checkAbortOnOverflow(m *machine) (*Finding, error) {
	if m.Client {
		return nil, errNotAsked
	}
	have, err := m.one("net.ipv4.tcp_abort_on_overflow")
	if err != nil || have == 0 {
		return nil, err
	}
	return finding(Warning, have, 0).says(
		"a full listen queue resets clients that a moment later would have been accepted",
		"bursts cost a delay and not an error", set("net.ipv4.tcp_abort_on_overflow", 0))
}

func checkOverflows(m *machine) (*Finding, error) {
	if m.Client {
		return nil, errNotAsked
	}
	s, err := m.read("proc/net/netstat")
	if err != nil {
		return nil, err
	}
	n, ok := counters(s)["ListenOverflows"]
	if !ok {
		return nil, fmt.Errorf("proc/net/netstat has no ListenOverflows")
	}
	if n == 0 {
		return nil, nil
	}
	return finding(Warning, fmt.Sprint(n, " since boot"), 0).says(
		"connections were dropped because a listen queue was full: the backlog is too small or the program stood still",
		"which of the two: watch the number while it runs", "nstat -az TcpExtListenOverflows TcpExtListenDrops")
}

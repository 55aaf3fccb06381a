package keepalive

import "fmt"

// timeWaitSeconds is TCP_TIMEWAIT_LEN, a constant of the kernel that no sysctl
// changes.
const timeWaitSeconds = 60

// ports is how many local ports there are towards one remote address and port.
func (m *machine) ports() (int, error) {
	v, err := m.sysctl("net.ipv4.ip_local_port_range", 2)
	if err != nil {
		return 0, err
	}
	return max(v[1]-v[0]+1, 0), nil
}

// ceiling is how many connections a second can be opened and closed for ever
// towards one address. With tcp_tw_reuse 1 (and timestamps) a port is free again
// after a second.
func (m *machine) ceiling(ports int) (int, error) {
	reuse, err := m.one("net.ipv4.tcp_tw_reuse")
	if err != nil {
		return 0, err
	}
	stamps, err := m.one("net.ipv4.tcp_timestamps")
	if err != nil {
		return 0, err
	}
	if reuse == 1 && stamps != 0 {
		return ports, nil
	}
	return ports / timeWaitSeconds, nil
}

func checkPorts(m *machine) (*Finding, error) {
	if !m.Client {
		return nil, errNotAsked
	}
	ports, err := m.ports()
	if err != nil {
		return nil, err
	}
	ceiling, err := m.ceiling(ports)
	if err != nil || ports >= m.Connections && ceiling >= m.Rate {
		return nil, err
	}
	const most = 65535 - 1024 + 1
	f := finding(Problem, fmt.Sprintf("%d ports, %d dials/s", ports, ceiling), fmt.Sprintf("%d ports, %d dials/s", m.Connections, m.Rate))
	if m.Connections > most {
		return f.says("one local address has no more ports towards one remote address and port; dials fail with EADDRNOTAVAIL",
			"each further address on either side brings as many again", "add local addresses (ip addr add) and bind to them, or remote ones")
	}
	gain := fmt.Sprintf("%d ports, so %d dials/s; with reuse after a second %d dials/s; with kept connections no dials at all", most, most/timeWaitSeconds, most)
	return f.says(
		fmt.Sprintf("a closed connection holds its port for %d s in TIME_WAIT, so %d ports are %d dials/s to one address; beyond it dials fail with EADDRNOTAVAIL", timeWaitSeconds, ports, ceiling),
		gain, set("net.ipv4.ip_local_port_range", `"1024 65535"`)+" && "+set("net.ipv4.tcp_tw_reuse", 1))
}

func checkTimeWaitBuckets(m *machine) (*Finding, error) {
	have, err := m.one("net.ipv4.tcp_max_tw_buckets")
	if need := m.Rate * timeWaitSeconds; err == nil && have < need {
		return finding(Warning, have, fmt.Sprint("at least ", need)).says(
			fmt.Sprintf("%d closes/s × %d s are in TIME_WAIT; beyond the limit the kernel forgets them early and late segments may reach a new connection", m.Rate, timeWaitSeconds),
			"TIME_WAIT does its work; a bucket costs about 250 bytes", set("net.ipv4.tcp_max_tw_buckets", need*2))
	}
	return nil, err
}

func checkTimeWaitRecycle(m *machine) (*Finding, error) {
	have, err := m.one("net.ipv4.tcp_tw_recycle")
	if err != nil {
		return nil, errNotAsked // gone since Linux 4.12
	}
	if have == 0 {
		return nil, nil
	}
	return finding(Problem, have, 0).says(
		"it drops connections of clients behind one NAT whose clocks differ; Linux 4.12 has removed it",
		"no more clients that cannot connect for a minute", set("net.ipv4.tcp_tw_recycle", 0))
}

func checkFinTimeout(m *machine) (*Finding, error) {
	have, err := m.one("net.ipv4.tcp_fin_timeout")
	if err != nil || have >= 60 {
		return nil, err
	}
	return finding(Note, have, 60).says(
		fmt.Sprintf("it does not shorten TIME_WAIT, which is %d s whatever it says: it is how long a closed socket waits in FIN_WAIT_2 for the other side's end", timeWaitSeconds),
		"slow clients still get what was sent before the close", set("net.ipv4.tcp_fin_timeout", 60))
}

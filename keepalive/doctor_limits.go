package keepalive

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// spareFiles is for what is open besides connections.
const spareFiles = 200

func checkOpenFiles(m *machine) (*Finding, error) {
	s, err := m.read("proc/" + m.pid() + "/limits")
	if err != nil {
		return nil, err
	}
	have, err := openFiles(s)
	if need := m.Connections + spareFiles; err == nil && have < need {
		return finding(Problem, have, fmt.Sprint("at least ", need)).says(
			"each connection is an open file; beyond the limit accept and dial fail with EMFILE (Go raises the soft limit to the hard one when it starts)",
			fmt.Sprintf("%d connections instead of about %d", m.Connections, max(have-spareFiles, 0)),
			fmt.Sprintf("LimitNOFILE=%d in the systemd unit; for a running process prlimit --pid %s --nofile=%d:%[1]d", need, m.pidOr("PID"), need))
	}
	return nil, err
}

func (m *machine) pidOr(unknown string) string {
	if m.PID == 0 {
		return unknown
	}
	return strconv.Itoa(m.PID)
}

func checkFileMax(m *machine) (*Finding, error) {
	have, err := m.one("fs.file-max")
	if err != nil || have >= 2*m.Connections {
		return nil, err
	}
	return finding(Problem, have, fmt.Sprint("at least ", 2*m.Connections)).says(
		"the whole machine may have no more files open; beyond it everything fails with ENFILE",
		"room for the connections and for everybody else", set("fs.file-max", 4*m.Connections))
}

// Bytes for an idle connection: net/http's goroutine and buffers, and the
// kernel's socket.
const serverBytes = 24 << 10

func checkMemory(m *machine) (*Finding, error) {
	s, err := m.cgroup("memory", "memory.max", "memory.limit_in_bytes")
	if err != nil {
		return nil, err
	}
	if s == "max" {
		return nil, nil
	}
	have, err := strconv.ParseInt(s, 10, 64)
	if need := int64(m.Connections) * serverBytes; err == nil && have < 2*need {
		return finding(Warning, megabytes(have), fmt.Sprint("at least ", megabytes(2*need))).says(
			fmt.Sprintf("%d idle connections of a net/http server take about %s; the collector doubles it; at the limit the process is killed", m.Connections, megabytes(need)),
			"no OOM kill at the expected number; or park idle connections, which takes a hundredth of it",
			fmt.Sprintf("MemoryMax=%d in the systemd unit, or the container's memory limit", 2*need))
	}
	return nil, err
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

func checkThrottled(m *machine) (*Finding, error) {
	s, err := m.cgroup("cpu", "cpu.stat", "cpu.stat")
	if err != nil {
		return nil, err
	}
	periods, _ := field(s, "nr_periods")
	throttled, _ := field(s, "nr_throttled")
	if periods < 100 || throttled*20 < periods {
		return nil, nil
	}
	return finding(Warning, fmt.Sprintf("throttled in %d of %d periods", throttled, periods), "below 5 %").says(
		"a throttled process stands still for the rest of a period (up to 100 ms): nobody accepts, answers or probes meanwhile",
		"no pauses in which listen queues fill", "raise CPUQuota or the container's cpu limit, or GOMAXPROCS lower than it")
}

func checkTCPMemory(m *machine) (*Finding, error) {
	v, err := m.sysctl("net.ipv4.tcp_mem", 3)
	if err != nil {
		return nil, err
	}
	// A connection that is sending or receiving holds at least a page each way.
	if need := 2 * m.Connections; v[2] < need {
		return finding(Problem, fmt.Sprint(v[2], " pages"), fmt.Sprint("at least ", need)).says(
			"above it the kernel drops segments and refuses buffers for every TCP socket of the machine",
			fmt.Sprintf("room for %d active connections with a page each way", m.Connections),
			set("net.ipv4.tcp_mem", fmt.Sprintf("%q", fmt.Sprintf("%d %d %d", need, need*3/2, need*2))))
	}
	return nil, nil
}

func checkConntrack(m *machine) (*Finding, error) {
	have, err := m.one("net.netfilter.nf_conntrack_max")
	if err != nil {
		return nil, errNotAsked // no connection tracking here
	}
	// A closed connection stays in the table for its own TIME_WAIT.
	wait, err := m.one("net.netfilter.nf_conntrack_tcp_timeout_time_wait")
	if need := m.Connections + m.Rate*wait; err == nil && have < need {
		return finding(Problem, have, fmt.Sprint("at least ", need)).says(
			fmt.Sprintf("%d open connections and %d s × %d closed ones are tracked; a full table drops new ones (\"nf_conntrack: table full\")", m.Connections, wait, m.Rate),
			"no dropped SYNs at the expected load", set("net.netfilter.nf_conntrack_max", need*2))
	}
	return nil, err
}

func checkNamespace(m *machine) (*Finding, error) {
	if m.PID == 0 {
		return nil, errNotAsked
	}
	ours, err := fs.ReadLink(m.root, "proc/self/ns/net")
	if err != nil {
		return nil, err
	}
	theirs, err := fs.ReadLink(m.root, "proc/"+m.pid()+"/ns/net")
	if err != nil || strings.EqualFold(ours, theirs) {
		return nil, err
	}
	return finding(Warning, theirs, ours).says(
		"the process lives in another network namespace: the sysctls and sockets above are not its own",
		"findings about the right machine", fmt.Sprintf("nsenter --net --target %d doctor -pid %[1]d", m.PID))
}

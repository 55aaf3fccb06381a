package keepalive

import "fmt"

// rule is one check. It returns nil for "fine", errNotAsked for "does not
// apply", and any other error for "cannot tell".
type rule struct {
	name   string
	source string
	check  func(m *machine) (*Finding, error)
}

const (
	ipSysctl  = "https://docs.kernel.org/networking/ip-sysctl.html"
	netSysctl = "https://docs.kernel.org/admin-guide/sysctl/net.html"
	tcpManual = "https://man7.org/linux/man-pages/man7/tcp.7.html"
)

// rules is every check. A new one is a line here, a function beside its like,
// and a fabricated machine in the test, which fails for a rule that never fires.
var rules = []rule{
	{"open files", "https://man7.org/linux/man-pages/man2/getrlimit.2.html", checkOpenFiles},
	{"fs.file-max", "https://docs.kernel.org/admin-guide/sysctl/fs.html", checkFileMax},
	{"memory.max", "https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files", checkMemory},
	{"cpu.stat", "https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files", checkThrottled},
	{"net.ipv4.tcp_mem", ipSysctl, checkTCPMemory},
	{"net.netfilter.nf_conntrack_max", "https://docs.kernel.org/networking/nf_conntrack-sysctl.html", checkConntrack},

	{"net.core.somaxconn", netSysctl, checkSomaxconn},
	{"net.ipv4.tcp_syncookies", ipSysctl, checkSyncookies},
	{"net.ipv4.tcp_abort_on_overflow", ipSysctl, checkAbortOnOverflow},
	{"ListenOverflows", "https://docs.kernel.org/networking/snmp_counter.html", checkOverflows},

	{"net.ipv4.ip_local_port_range", ipSysctl, checkPorts},
	{"net.ipv4.tcp_max_tw_buckets", ipSysctl, checkTimeWaitBuckets},
	{"net.ipv4.tcp_tw_recycle", ipSysctl, checkTimeWaitRecycle},
	{"net.ipv4.tcp_fin_timeout", ipSysctl, checkFinTimeout},

	{"net.ipv4.tcp_keepalive_time", tcpManual, checkKeepaliveTime},
	{"net.ipv4.tcp_retries2", ipSysctl, checkRetries},
	{"net.ipv4.tcp_slow_start_after_idle", ipSysctl, checkSlowStart},
	{"net.ipv4.tcp_timestamps", ipSysctl, checkTimestamps},
	{"net.ipv4.tcp_notsent_lowat", ipSysctl, checkNotSent},
	{"net.core.default_qdisc", "https://man7.org/linux/man-pages/man8/tc-fq.8.html", checkBBR},

	{"network namespace", "https://man7.org/linux/man-pages/man7/network_namespaces.7.html", checkNamespace},
	{"listen queue", "https://man7.org/linux/man-pages/man2/listen.2.html", checkListenQueue},
	{"sockets in CLOSE_WAIT", tcpManual, checkCloseWait},
	{"retransmitted bytes", "https://man7.org/linux/man-pages/man7/sock_diag.7.html", checkRetransmits},
	{"sockets with a silent peer", tcpManual, checkSilent},
	{"sockets without keep-alive", tcpManual, checkUnprobed},
	{"sockets in TIME_WAIT", ipSysctl, checkTimeWait},
}

func set(sysctl string, value any) string { return fmt.Sprintf("sysctl -w %s=%v", sysctl, value) }

func finding(l Level, value, want any) *Finding {
	return &Finding{Level: l, Value: fmt.Sprint(value), Want: fmt.Sprint(want)}
}

// says completes a finding.
func (f *Finding) says(why, gain, command string) (*Finding, error) {
	f.Why, f.Gain, f.Command = why, gain, command
	return f, nil
}

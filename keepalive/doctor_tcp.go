package keepalive

import (
	"fmt"
	"strings"
	"time"
)

func checkKeepaliveTime(m *machine) (*Finding, error) {
	idle, err := m.one("net.ipv4.tcp_keepalive_time")
	if err != nil {
		return nil, err
	}
	interval, err := m.one("net.ipv4.tcp_keepalive_intvl")
	if err != nil {
		return nil, err
	}
	probes, err := m.one("net.ipv4.tcp_keepalive_probes")
	if err != nil || idle <= 600 {
		return nil, err
	}
	span := time.Duration(idle+interval*probes) * time.Second
	return finding(Note, idle, "at most 600").says(
		fmt.Sprintf("a program that leaves keep-alive to the system notices a dead idle peer after %v, and balancers forget the connection before (350 s is common); Go programs set 15 s themselves", span),
		fmt.Sprintf("%v instead of %v", time.Duration(600+interval*probes)*time.Second, span), set("net.ipv4.tcp_keepalive_time", 600))
}

func checkRetries(m *machine) (*Finding, error) {
	have, err := m.one("net.ipv4.tcp_retries2")
	if err != nil || have <= 10 {
		return nil, err
	}
	return finding(Note, have, "8 to 10, or TCP_USER_TIMEOUT").says(
		fmt.Sprintf("data to a peer that is gone is repeated for about %v, and keep-alive does not probe meanwhile", retriesSpan(have)),
		fmt.Sprintf("%v with 8, or per socket: ListenConfig.UserTimeout", retriesSpan(8)), set("net.ipv4.tcp_retries2", 8))
}

// retriesSpan is how long n retransmissions take from the smallest timeout,
// 200 ms doubling up to 120 s, as ip-sysctl counts it: 15 make 924.6 s.
func retriesSpan(n int) time.Duration {
	var sum time.Duration
	rto := 200 * time.Millisecond
	for range min(n, 100) + 1 {
		sum += rto
		rto = min(2*rto, 2*time.Minute)
	}
	return sum
}

// checkSlowStart: BBR paces by its own model and does not restart (the kernel
// asks for cong_control in tcp_slow_start_after_idle_check, include/net/tcp.h).
func checkSlowStart(m *machine) (*Finding, error) {
	have, err := m.one("net.ipv4.tcp_slow_start_after_idle")
	if err != nil || have == 0 {
		return nil, err
	}
	cc, err := m.read("proc/sys/net/ipv4/tcp_congestion_control")
	if err != nil || strings.HasPrefix(cc, "bbr") {
		return nil, err
	}
	return finding(Warning, have, 0).says(
		"a kept connection that was idle for longer than its retransmission timeout starts again with 10 segments, as a new one does",
		"100 KB after a pause in as few as one round trip instead of four; no socket option does it, but bbr is free of it: ListenConfig.Congestion", set("net.ipv4.tcp_slow_start_after_idle", 0))
}

func checkTimestamps(m *machine) (*Finding, error) {
	have, err := m.one("net.ipv4.tcp_timestamps")
	if err != nil || have != 0 {
		return nil, err
	}
	return finding(Warning, have, 1).says(
		"without timestamps tcp_tw_reuse does nothing and old segments cannot be told from new ones",
		"ports usable again after a second", set("net.ipv4.tcp_timestamps", 1))
}

func checkNotSent(m *machine) (*Finding, error) {
	v, err := m.sysctl("net.ipv4.tcp_notsent_lowat", 1)
	if err != nil {
		return nil, err
	}
	have := v[0]
	if have < 0 || have > 1<<20 { // unlimited is the largest unsigned number, which 32-bit machines clip
		return finding(Note, "unlimited", 128<<10).says(
			"a socket takes megabytes that it cannot send yet: what is urgent (an HTTP/2 frame, a cancel) waits behind them",
			"less memory for each slow client, and decisions as late as possible; per socket: ListenConfig.NotSentLowat", set("net.ipv4.tcp_notsent_lowat", 128<<10))
	}
	return nil, nil
}

func checkBBR(m *machine) (*Finding, error) {
	cc, err := m.read("proc/sys/net/ipv4/tcp_congestion_control")
	if err != nil {
		return nil, err
	}
	qdisc, err := m.read("proc/sys/net/core/default_qdisc")
	if err != nil || !strings.HasPrefix(cc, "bbr") || qdisc == "fq" {
		return nil, err
	}
	return finding(Warning, qdisc+" with "+cc, "fq").says(
		"BBR paces; without fq each socket paces itself with a timer, at a cost in CPU, and on fast or local paths at a fraction of the speed",
		"pacing in the queue; a device that is up already keeps its qdisc until tc changes it",
		set("net.core.default_qdisc", "fq")+" && tc qdisc replace dev DEVICE root fq")
}

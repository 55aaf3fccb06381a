package keepalive

import (
	"encoding/json"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// healthy is a machine on which nothing is wrong for 10,000 connections at 100
// a second.
var healthy = map[string]string{
	"proc/self/limits":                            "Limit                     Soft Limit           Hard Limit           Units\nMax processes             100 100 processes\nMax open files            65536                65536                files\n",
	"proc/self/cgroup":                            "0::/app.slice/web\n",
	"proc/7/limits":                               "Max open files            unlimited            unlimited            files\n",
	"proc/7/cgroup":                               "0::/\n",
	"proc/net/netstat":                            "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 1 0 0\nIpExt: InNoRoutes\nIpExt: 0\n",
	"sys/fs/cgroup/app.slice/memory.max":          "max\n",
	"sys/fs/cgroup/app.slice/cpu.stat":            "usage_usec 5\nnr_periods 1000\nnr_throttled 3\n",
	"proc/sys/fs/file-max":                        "9223372036854775807\n",
	"proc/sys/net/ipv4/tcp_mem":                   "90000 120000 180000\n",
	"proc/sys/net/core/somaxconn":                 "4096\n",
	"proc/sys/net/core/default_qdisc":             "fq\n",
	"proc/sys/net/ipv4/tcp_syncookies":            "1\n",
	"proc/sys/net/ipv4/tcp_abort_on_overflow":     "0\n",
	"proc/sys/net/ipv4/ip_local_port_range":       "32768\t60999\n",
	"proc/sys/net/ipv4/tcp_tw_reuse":              "2\n",
	"proc/sys/net/ipv4/tcp_max_tw_buckets":        "131072\n",
	"proc/sys/net/ipv4/tcp_fin_timeout":           "60\n",
	"proc/sys/net/ipv4/tcp_keepalive_time":        "600\n",
	"proc/sys/net/ipv4/tcp_keepalive_intvl":       "75\n",
	"proc/sys/net/ipv4/tcp_keepalive_probes":      "9\n",
	"proc/sys/net/ipv4/tcp_retries2":              "8\n",
	"proc/sys/net/ipv4/tcp_timestamps":            "1\n",
	"proc/sys/net/ipv4/tcp_notsent_lowat":         "131072\n",
	"proc/sys/net/ipv4/tcp_congestion_control":    "bbr\n",
	"proc/sys/net/ipv4/tcp_slow_start_after_idle": "0\n",
}

// fabricate makes a machine; "" removes a file, "->" makes a link.
func fabricate(changes map[string]string) fs.FS {
	root := fstest.MapFS{
		"proc/self/ns/net": {Data: []byte("net:[1]"), Mode: fs.ModeSymlink},
		"proc/7/ns/net":    {Data: []byte("net:[1]"), Mode: fs.ModeSymlink},
	}
	files := maps.Clone(healthy)
	maps.Copy(files, changes)
	for name, text := range files {
		if link, ok := strings.CutPrefix(text, "->"); ok {
			root[name] = &fstest.MapFile{Data: []byte(link), Mode: fs.ModeSymlink}
		} else if text != "" {
			root[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return root
}

func sysctlFile(name string) string { return "proc/sys/" + strings.ReplaceAll(name, ".", "/") }

type illness struct {
	rule    string
	level   Level
	doctor  Doctor
	files   map[string]string
	sockets []socket
	says    string // in one of the finding's texts
}

func sysctlIs(name, value string) map[string]string {
	return map[string]string{sysctlFile(name): value}
}

var illnesses = []illness{
	{rule: "open files", level: Problem, doctor: Doctor{Connections: 65337}, says: "LimitNOFILE=65537"},
	{rule: "fs.file-max", level: Problem, files: sysctlIs("fs.file-max", "19999"), says: "fs.file-max=40000"},
	{rule: "memory.max", level: Warning, files: map[string]string{"sys/fs/cgroup/app.slice/memory.max": "268435456"}, says: "234.4 MB"},
	{rule: "cpu.stat", level: Warning, files: map[string]string{"sys/fs/cgroup/app.slice/web/cpu.stat": "nr_periods 1000\nnr_throttled 50\n"}, says: "50 of 1000"},
	{rule: "net.ipv4.tcp_mem", level: Problem, files: sysctlIs("net.ipv4.tcp_mem", "1 2 19999"), says: `"20000 30000 40000"`},
	{rule: "net.netfilter.nf_conntrack_max", level: Problem, files: map[string]string{sysctlFile("net.netfilter.nf_conntrack_max"): "21999", sysctlFile("net.netfilter.nf_conntrack_tcp_timeout_time_wait"): "120"}, says: "22000"},
	{rule: "net.core.somaxconn", level: Warning, files: sysctlIs("net.core.somaxconn", "50"), says: "500 ms"},
	{rule: "net.ipv4.tcp_syncookies", level: Warning, files: sysctlIs("net.ipv4.tcp_syncookies", "0"), says: "=1"},
	{rule: "net.ipv4.tcp_abort_on_overflow", level: Warning, files: sysctlIs("net.ipv4.tcp_abort_on_overflow", "1"), says: "=0"},
	{rule: "ListenOverflows", level: Warning, files: map[string]string{"proc/net/netstat": "TcpExt: A ListenOverflows\nTcpExt: 1 42\n"}, says: "42 since boot"},
	// 28,232 ports / 60 s: one dial more than the ceiling of 470 is one too many.
	{rule: "net.ipv4.ip_local_port_range", level: Problem, doctor: Doctor{Client: true, Rate: 471}, says: "28232 ports are 470 dials/s"},
	{rule: "net.ipv4.ip_local_port_range", level: Problem, doctor: Doctor{Client: true, Connections: 28233}, says: `"1024 65535"`},
	{rule: "net.ipv4.tcp_max_tw_buckets", level: Warning, files: sysctlIs("net.ipv4.tcp_max_tw_buckets", "5999"), says: "6000"},
	{rule: "net.ipv4.tcp_tw_recycle", level: Problem, files: sysctlIs("net.ipv4.tcp_tw_recycle", "1"), says: "4.12"},
	{rule: "net.ipv4.tcp_fin_timeout", level: Note, files: sysctlIs("net.ipv4.tcp_fin_timeout", "15"), says: "does not shorten TIME_WAIT"},
	{rule: "net.ipv4.tcp_keepalive_time", level: Note, files: sysctlIs("net.ipv4.tcp_keepalive_time", "7200"), says: "2h11m15s"},
	{rule: "net.ipv4.tcp_retries2", level: Note, files: sysctlIs("net.ipv4.tcp_retries2", "15"), says: "15m24.6s"},
	{rule: "net.ipv4.tcp_slow_start_after_idle", level: Warning, files: map[string]string{
		sysctlFile("net.ipv4.tcp_slow_start_after_idle"): "1", sysctlFile("net.ipv4.tcp_congestion_control"): "cubic",
	}, says: "=0"},
	{rule: "net.ipv4.tcp_timestamps", level: Warning, files: sysctlIs("net.ipv4.tcp_timestamps", "0"), says: "tcp_tw_reuse"},
	{rule: "net.ipv4.tcp_notsent_lowat", level: Note, files: sysctlIs("net.ipv4.tcp_notsent_lowat", "4294967295"), says: "unlimited"},
	{rule: "memory.max", level: Warning, files: versionOne("memory/x/memory.limit_in_bytes", "268435456"), says: "234.4 MB"},
	{rule: "cpu.stat", level: Warning, files: versionOne("cpu,cpuacct/x/cpu.stat", "nr_periods 1000\nnr_throttled 50\n"), says: "50 of 1000"},
	{rule: "net.core.default_qdisc", level: Warning, files: sysctlIs("net.core.default_qdisc", "fq_codel"), says: "fq_codel with bbr"},
	{rule: "network namespace", level: Warning, doctor: Doctor{PID: 7}, files: map[string]string{"proc/7/ns/net": "->net:[2]"}, says: "nsenter --net --target 7"},
	{rule: "listen queue", level: Problem, sockets: []socket{{state: stateListen, limit: 500}, {state: stateListen, local: 80, queued: 64, limit: 128}}, says: "64 waiting of 128 on port 80"},
	{rule: "listen queue", level: Warning, sockets: []socket{{state: stateListen, local: 80, limit: 99}}, says: "99 places"},
	{rule: "sockets in CLOSE_WAIT", level: Warning, sockets: many(10, socket{state: stateCloseWait}), says: "10"},
	{rule: "retransmitted bytes", level: Warning, sockets: []socket{{state: stateEstablished, timer: 1, sent: 1 << 20, sentBeyond: 30_000}}, says: "2.9 %"},
	{rule: "sockets with a silent peer", level: Warning, sockets: []socket{{state: stateEstablished, timer: 1, unacked: 1, lastAck: 60_001}, {state: stateEstablished, timer: 1, lastAck: 1 << 30}}, says: "1 of 2"},
	{rule: "sockets without keep-alive", level: Warning, sockets: []socket{{state: stateEstablished}}, says: "1 of 1"},
	{rule: "sockets in TIME_WAIT", level: Warning, doctor: Doctor{Client: true}, sockets: many(14116, socket{state: stateTimeWait}), says: "below 14116"},
}

func many(n int, s socket) []socket {
	all := make([]socket, n)
	for i := range all {
		all[i] = s
	}
	return all
}

// diagnose is Check with sockets that no kernel has.
func diagnose(d Doctor, files map[string]string, sockets []socket) Report {
	d.Connections, d.Rate = orInt(d.Connections, 10_000), orInt(d.Rate, 100)
	m := &machine{Doctor: d, root: fabricate(files), sockets: sockets}
	var r Report
	for _, rule := range rules {
		r.add(rule, m)
	}
	return r
}

// versionOne has a file in the control groups of version 1.
func versionOne(file, text string) map[string]string {
	return map[string]string{
		"proc/self/cgroup":                           "4:memory:/x\n3:cpu,cpuacct:/x\n0::/\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n", // no limit
		"sys/fs/cgroup/" + file:                      text,
	}
}

func TestDoctorFindsEachIllnessAndNoOther(t *testing.T) {
	t.Parallel()
	found := make(map[string]bool)
	for _, ill := range illnesses {
		r := diagnose(ill.doctor, ill.files, ill.sockets)
		found[ill.rule] = true
		if len(r.Findings) != 1 || r.Findings[0].Rule != ill.rule || r.Findings[0].Level != ill.level || len(r.Unchecked) > 0 {
			t.Errorf("%s: found\n%s", ill.rule, r)
			continue
		}
		f := r.Findings[0]
		if text := strings.Join([]string{f.Value, f.Want, f.Why, f.Gain, f.Command}, "\n"); !strings.Contains(text, ill.says) {
			t.Errorf("%s does not say %q:\n%s", ill.rule, ill.says, r)
		}
		if f.Why == "" || f.Gain == "" || f.Command == "" || !strings.HasPrefix(f.Source, "https://") {
			t.Errorf("%s: incomplete: %+v", ill.rule, f)
		}
	}
	for _, rule := range rules {
		if !found[rule.name] {
			t.Errorf("no fabricated machine has %s", rule.name)
		}
	}
}

func TestDoctorFindsNothingOnAHealthyMachine(t *testing.T) {
	t.Parallel()
	ok := []socket{
		{state: stateListen, limit: 4096}, {state: stateCloseWait},
		{state: stateEstablished, timer: 2, lastAck: 1 << 30, sent: 1 << 30, sentBeyond: 1000},
	}
	if r := diagnose(Doctor{}, sysctlIs("net.ipv4.tcp_slow_start_after_idle", "1"), nil); len(r.Findings) > 0 {
		t.Errorf("bbr does not start slowly after idle:\n%s", r)
	}
	for _, d := range []Doctor{{}, {Client: true}, {PID: 7}, {Rate: 470, Client: true}, {Connections: 65336}} {
		// Without connection tracking and without a control group, as on a bare machine.
		if r := diagnose(d, nil, ok); len(r.Findings)+len(r.Unchecked) > 0 || len(r.Fine) < 10 {
			t.Errorf("%+v:\n%s", d, r)
		}
	}
	// With the cure of the port rule its illness is gone.
	cured := map[string]string{sysctlFile("net.ipv4.ip_local_port_range"): "1024 65535", sysctlFile("net.ipv4.tcp_tw_reuse"): "1"}
	if r := diagnose(Doctor{Client: true, Rate: 1000, Connections: 60_000}, cured, nil); len(r.Findings) > 0 {
		t.Errorf("not cured:\n%s", r)
	}
}

// What cannot be read is said, and neither fine nor a finding.
func TestDoctorSaysWhatItCannotTell(t *testing.T) {
	t.Parallel()
	for name := range healthy {
		if strings.Contains(name, "/7/") || strings.HasPrefix(name, "sys/") {
			continue // not of this process, or allowed to be absent
		}
		for _, text := range []string{"", "nonsense", "-"} {
			if text != "" && (strings.HasSuffix(name, "qdisc") || strings.HasSuffix(name, "control") || strings.HasSuffix(name, "cgroup")) {
				continue // these are words, or lines to choose from
			}
			files := map[string]string{name: text}
			server, client := diagnose(Doctor{}, files, nil), diagnose(Doctor{Client: true}, files, nil)
			if len(server.Unchecked)+len(client.Unchecked) == 0 || len(server.Findings)+len(client.Findings) > 0 {
				t.Errorf("%s = %q:\n%s%s", name, text, server, client)
			}
		}
	}
	m := &machine{root: fabricate(nil), socketsErr: fs.ErrPermission}
	var r Report
	for _, rule := range rules[len(rules)-6:] {
		r.add(rule, m)
	}
	if len(r.Unchecked) != 5 || len(r.Findings)+len(r.Fine) > 0 { // TIME_WAIT is a client's
		t.Errorf("without live sockets:\n%s", r)
	}
}

func TestReportForms(t *testing.T) {
	t.Parallel()
	d := Doctor{Root: fabricate(sysctlIs("net.ipv4.tcp_tw_recycle", "1"))}
	r := d.Check()
	if !r.Has(Problem) || !r.Has(Note) || (Report{}).Has(Note) {
		t.Errorf("Has: %v", r)
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(b, &back); err != nil || back.Findings[0] != r.Findings[0] {
		t.Errorf("JSON: %v, %+v", err, back)
	}
	for _, want := range []string{`"level":"problem"`, `"rule":"net.ipv4.tcp_tw_recycle"`, `"command":"sysctl -w net.ipv4.tcp_tw_recycle=0"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("JSON lacks %s: %s", want, b)
		}
	}
	if text := r.String(); !strings.HasPrefix(text, "problem: net.ipv4.tcp_tw_recycle is 1, want 0\n    why ") {
		t.Errorf("text:\n%s", text)
	}
	if err := new(Level).UnmarshalText([]byte("bad")); err == nil || Level(9).String() != "Level(9)" {
		t.Error("a level that is none")
	}
	worse := Doctor{Root: fabricate(map[string]string{sysctlFile("net.ipv4.tcp_retries2"): "15", sysctlFile("net.ipv4.tcp_tw_recycle"): "1"})}.Check()
	if len(worse.Findings) != 2 || worse.Findings[0].Level != Problem {
		t.Errorf("not the worst first:\n%s", worse)
	}
}

// ip-sysctl gives 924.6 s for tcp_retries2 = 15, and "at least 100 s" for 8.
func TestRetriesSpan(t *testing.T) {
	t.Parallel()
	if got := retriesSpan(15); got != 924600*time.Millisecond {
		t.Errorf("15: %v", got)
	}
	if got := retriesSpan(8); got < 100*time.Second || got > 105*time.Second {
		t.Errorf("8: %v", got)
	}
}

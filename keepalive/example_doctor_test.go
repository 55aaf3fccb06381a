package keepalive_test

import (
	"encoding/json"
	"fmt"
	"testing/fstest"

	"github.com/hotpath-go/hotpath/keepalive"
)

func ExampleCheck() {
	report := keepalive.Check() // this machine, as a server of 10,000 connections
	fmt.Println(len(report.Findings)+len(report.Fine)+len(report.Unchecked) > 10)
	// Output: true
}

func ExampleDoctor() {
	machine := fstest.MapFS{ // unset, it is the one this runs on
		"proc/sys/net/ipv4/ip_local_port_range": {Data: []byte("32768 60999")},
		"proc/sys/net/ipv4/tcp_tw_reuse":        {Data: []byte("2")},
		"proc/sys/net/ipv4/tcp_timestamps":      {Data: []byte("1")},
	}
	report := keepalive.Doctor{Client: true, Rate: 1000, Root: machine}.Check()
	for _, f := range report.Findings {
		fmt.Printf("%s: %s: %s\n%s\n", f.Level, f.Rule, f.Value, f.Command)
	}
	// Output:
	// problem: net.ipv4.ip_local_port_range: 28232 ports, 470 dials/s
	// sysctl -w net.ipv4.ip_local_port_range="1024 65535" && sysctl -w net.ipv4.tcp_tw_reuse=1
}

func ExampleReport() {
	report := keepalive.Doctor{Root: fstest.MapFS{}}.Check() // nothing can be read
	fmt.Println(report.Has(keepalive.Note), len(report.Fine), len(report.Unchecked) > 10)
	// Output: false 0 true
}

func ExampleFinding() {
	f := keepalive.Finding{Rule: "net.core.somaxconn", Level: keepalive.Warning, Value: "128", Want: "at least 1000"}
	fmt.Println(f.Level, f.Rule, f.Value)
	// Output: warning net.core.somaxconn 128
}

func ExampleLevel() {
	b, err := json.Marshal([]keepalive.Level{keepalive.Note, keepalive.Warning, keepalive.Problem})
	fmt.Println(string(b), err)
	// Output: ["note","warning","problem"] <nil>
}

func ExampleUnchecked() {
	report := keepalive.Doctor{Root: fstest.MapFS{}}.Check()
	fmt.Println(report.Unchecked[1].Rule)
	// Output: fs.file-max
}

func ExampleSockets() {
	s := keepalive.Sockets{States: map[string]int{"LISTEN": 1, "ESTABLISHED": 40}, Congestion: map[string]int{"cubic": 41}}
	fmt.Println(s)
	// Output: 40 ESTABLISHED, 1 LISTEN, 41 cubic
}

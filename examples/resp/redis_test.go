package main

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// redisTools lets Redis's own clients speak to the program, where they are installed; .ci/run sees to that.
func redisTools(t *testing.T, addr string) {
	if _, err := exec.LookPath("redis-cli"); err != nil {
		t.Log("redis-cli is not here:", err)
		return
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	cli := func(in string, args ...string) string {
		t.Helper()
		cmd := exec.Command("redis-cli", append([]string{"-p", port}, args...)...)
		cmd.Stdin = strings.NewReader(in)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("redis-cli %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	session := "PING\nSET greeting \"hello there\"\nGET greeting\nDEL greeting none\nGET greeting\nECHO bye\n"
	if got, want := cli(session), "PONG\nOK\nhello there\n1\n\nbye\n"; got != want {
		t.Errorf("redis-cli read %q, want %q", got, want)
	}
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, "SET key%d value%d\n", i, i)
	}
	if got := cli(many.String(), "--pipe"); !strings.Contains(got, "errors: 0, replies: 5000") {
		t.Errorf("redis-cli --pipe: %s", got)
	}
	if got := cli("", "GET", "key4999"); got != "value4999\n" {
		t.Errorf("redis-cli GET: %q", got)
	}
	for _, args := range []string{"-c 50 -n 5000 -P 1", "-c 50 -n 20000 -P 16", "-c 8 -n 400 -d 50000"} {
		all := append(strings.Fields(args), "-p", port, "-q", "-t", "ping,set,get")
		out, err := exec.Command("redis-benchmark", all...).CombinedOutput()
		if err != nil || strings.Count(string(out), "requests per second") != 4 || strings.Contains(string(out), "rror") {
			t.Errorf("redis-benchmark %s: %v\n%s", args, err, out)
		}
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// doctor runs the program and returns what it printed as JSON.
func doctor(t *testing.T, args ...string) (keepalive.Report, int) {
	t.Helper()
	var out, errs bytes.Buffer
	status := run(append(args, "-json"), &out, &errs)
	var r keepalive.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || errs.Len() > 0 {
		t.Fatalf("%v: %v\n%s%s", args, err, &errs, &out)
	}
	return r, status
}

func TestDoctorOnALiveListener(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	r, _ := doctor(t, "-port", fmt.Sprint(ln.Addr().(*net.TCPAddr).Port))
	if runtime.GOOS == "linux" && (r.Sockets == nil || r.Sockets.States["LISTEN"] != 1) {
		t.Errorf("the listener is missing: %+v", r)
	}
	if len(r.Findings)+len(r.Fine)+len(r.Unchecked) < 15 {
		t.Errorf("too few checks: %+v", r)
	}
}

// The status is for scripts: it must follow from what is printed.
func TestStatus(t *testing.T) {
	for _, args := range [][]string{{"-connections", "1", "-rate", "1"}, {"-client"}, {"-connections", "1000000000"}} {
		r, status := doctor(t, args...)
		if (status == 1) != r.Has(keepalive.Problem) || status > 1 {
			t.Errorf("%v: status %d for %+v", args, status, r)
		}
		r, status = doctor(t, append(args, "-strict")...)
		if (status == 1) != r.Has(keepalive.Warning) {
			t.Errorf("%v -strict: status %d for %+v", args, status, r)
		}
	}
	if r, status := doctor(t, "-connections", "1000000000"); runtime.GOOS == "linux" && status != 1 {
		t.Errorf("a billion connections: status %d, %+v", status, r)
	}
	for _, args := range [][]string{{"-no-such"}, {"argument"}, {"-port", "65536"}, {"-rate", "-1"}, {"-pid", "1073741824"}} {
		var out, errs bytes.Buffer
		if status := run(args, &out, &errs); status != 2 || out.Len() > 0 || errs.Len() == 0 {
			t.Errorf("%v: status %d, %s%s", args, status, &out, &errs)
		}
	}
}

func TestHelpIsNoMistake(t *testing.T) {
	var out, errs bytes.Buffer
	if status := run([]string{"-h"}, &out, &errs); status != 0 || !strings.Contains(errs.String(), "-connections") {
		t.Errorf("status %d, %s%s", status, &out, &errs)
	}
}

func TestText(t *testing.T) {
	var out, errs bytes.Buffer
	if status := run([]string{"-connections", "1000000000"}, &out, &errs); runtime.GOOS == "linux" && (status != 1 || !strings.HasPrefix(out.String(), "problem: ")) {
		t.Errorf("status %d:\n%s%s", status, &out, &errs)
	}
}

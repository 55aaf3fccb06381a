package main

import (
	"maps"
	"testing"
)

const straceSummary = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 70.79    0.028125           7      4018         2 write
 29.21    0.011605           5      2001           sendmsg
------ ----------- ----------- --------- --------- ----------------
100.00    0.039730           6      6019         2 total
`

func TestParseStrace(t *testing.T) {
	got, err := parseStrace([]byte(straceSummary))
	if want := map[string]uint64{"write": 4018, "sendmsg": 2001}; err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if got, err := parseStrace(nil); err != nil || len(got) != 0 {
		t.Errorf("nothing counted: got %v, %v", got, err)
	}
	for _, bad := range []string{"strace: attach: Operation not permitted", "% time\n 1.0 2 3 -4 write\n", "% time\n 1.0 2 3 x write"} {
		if got, err := parseStrace([]byte(bad)); err == nil {
			t.Errorf("%q: got %v, want an error", bad, got)
		}
	}
}

func FuzzParseStrace(f *testing.F) {
	f.Add([]byte(straceSummary))
	f.Add([]byte("% time\n1 2 3 9007199254740991 write\n1 2 3 1 5 write"))
	f.Fuzz(func(t *testing.T, b []byte) {
		calls, err := parseStrace(b)
		if err != nil && len(calls) > 0 {
			t.Errorf("calls %v and error %v", calls, err)
		}
		for name := range calls {
			if name == "" || name == "total" {
				t.Errorf("a call named %q", name)
			}
		}
	})
}

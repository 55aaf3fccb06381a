package main

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The committed hot_json_codec.go is what the go:generate line in hot_json.go makes today.
func TestGeneratedCodeIsFresh(t *testing.T) {
	f, err := os.Open("hot_json.go")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if command, ok := strings.CutPrefix(lines.Text(), "//go:generate "); ok {
			args := append(strings.Fields(command), "-check")
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
			return
		}
	}
	t.Error("hot_json.go has no go:generate line")
}

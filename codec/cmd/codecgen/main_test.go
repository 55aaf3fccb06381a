package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func codecgen(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

// The committed files are the golden files: output must be theirs, every time.
func TestCommittedFilesAreUpToDate(t *testing.T) {
	for _, pkg := range []string{"../../internal/gentest", "../../example/order"} {
		for range 2 {
			if code, _, stderr := codecgen("-check", "-jsonv2="+strconv.FormatBool(pkg != "../../example/order"), pkg); code != 0 {
				t.Errorf("%s: exit %d: %s", pkg, code, stderr)
			}
		}
	}
	if code, _, stderr := codecgen("-check", "-html=false", "-type", "Unescaped", "../../internal/gentest"); code != 0 {
		t.Errorf("exit %d: %s", code, stderr)
	}
	modern := []string{"-check", "-v2", "-jsonv2", "-output", "modern_codec.go", "-type", "Modern,ModernOmit,ModernString,ModernOuter,ModernTree,ModernList,ModernDict,ModernBytes", "../../internal/gentest"}
	if code, _, stderr := codecgen(modern...); code != 0 {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if code, _, _ := codecgen("-check", "-type", "Unescaped", "../../internal/gentest"); code != 1 {
		t.Error("-html=false changes nothing")
	}
}

func TestCheckNoticesADifference(t *testing.T) {
	dir := filepath.Join("..", "..", "example", "order")
	code, stdout, stderr := codecgen("-check", "-type", "Item", "-output", "absent_codec.go", dir)
	if code != 1 || stdout != "" || !strings.Contains(stderr, "out of date") {
		t.Errorf("exit %d, %q, %q, want 1 and a complaint", code, stdout, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "absent_codec.go")); err == nil {
		t.Error("-check wrote the file")
	}
}

func TestNotesAreShown(t *testing.T) {
	_, _, stderr := codecgen("-check", "../../internal/gentest")
	if !strings.Contains(stderr, "Service embeds a type with generated methods") {
		t.Errorf("no note about Service: %s", stderr)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-nonsense"}, {"a", "b"}} {
		if code, _, stderr := codecgen(args...); code != 2 || stderr == "" {
			t.Errorf("%v: exit %d, %q", args, code, stderr)
		}
	}
	if code, _, stderr := codecgen("-type", "Nobody", "../../example/order"); code != 1 || !strings.Contains(stderr, "no type Nobody") {
		t.Errorf("unknown type: exit %d, %s", code, stderr)
	}
}

package gentest_test

import (
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The twins must be the same types. When this fails, copy the file named to
// plain and change its package clause.
func TestPlainIsACopy(t *testing.T) {
	directive := regexp.MustCompile(`(?m)^//go:generate.*\n`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "_codec") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := directive.ReplaceAllString(string(src), "")
		text = strings.Replace(text, "package gentest", "package plain", 1)
		text = strings.Replace(text, "// Package gentest", "// Package plain", 1)
		want, err := format.Source([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("plain", name))
		if err != nil || string(got) != string(want) {
			t.Errorf("plain/%s is not a copy of %s (%v)", name, name, err)
		}
	}
}

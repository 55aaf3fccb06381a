package examples_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// root is the top of the clone, seen from this package's folder.
const root = ".."

var (
	fence  = regexp.MustCompile("(?ms)^(<!-- file: (\\S+) -->\n)?```go\n(.*?)^```$")
	link   = regexp.MustCompile(`\]\(([^)#:]+?)(#[^)]*)?\)`)
	span   = regexp.MustCompile("`[^`\n]*`") // code that may look like a link
	before = regexp.MustCompile(`(?m)^    (go mod edit -replace=(github\.com/hotpath-go/hotpath/\w+)=\S+)$`)
)

// readmes lists every README and page of prose in the clone.
func readmes(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "*.md")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal("git ls-files: ", err)
	}
	names := strings.Fields(string(out))
	if len(names) < 8 {
		t.Fatalf("only %d pages found: %q", len(names), names)
	}
	return names
}

// Every Go snippet of every page stands in a file that the compiler and the tests see.
func TestSnippetsEqualTheirFiles(t *testing.T) {
	total := 0
	for _, name := range readmes(t) {
		page, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range fence.FindAllSubmatch(page, -1) {
			total++
			if m[2] == nil {
				t.Errorf("%s: a Go block without <!-- file: … --> above it:\n%s", name, m[3])
				continue
			}
			src, err := os.ReadFile(filepath.Join(root, filepath.Dir(name), string(m[2])))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !contains(src, m[3]) {
				t.Errorf("%s: this block is not in %s any more:\n%s", name, m[2], m[3])
			}
		}
	}
	if total < 7 {
		t.Errorf("only %d Go blocks found in all pages; is the pattern broken?", total)
	}
}

// contains reports whether block stands in src as it is, or indented by one tab.
func contains(src, block []byte) bool {
	var b bytes.Buffer
	for line := range bytes.Lines(block) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteByte('\t')
		}
		b.Write(line)
	}
	return bytes.Contains(src, block) || bytes.Contains(src, b.Bytes())
}

// A module's README shows code within its first 80 words.
func TestReadmesShowCodeEarly(t *testing.T) {
	for _, m := range []string{".", "codec", "keepalive", "middleware", "netpoll", "pool", "zerocopy"} {
		page, err := os.ReadFile(filepath.Join(root, m, "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		text, _, found := strings.Cut(string(page), "```go")
		if n := len(strings.Fields(text)); !found || n > 80 {
			t.Errorf("%s/README.md: %d words before the first Go code (found: %v), want at most 80", m, n, found)
		}
	}
}

// The table of figures is what compare prints from the raw figures that are committed beside it.
// To renew it: go run ./examples/compare -json examples/compare/results.json, then
// go run ./examples/compare -from examples/compare/results.json, and paste that.
func TestTableEqualsItsFigures(t *testing.T) {
	cmd := exec.Command("go", "run", "./compare", "-from", filepath.Join("compare", "results.json"))
	table, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, table)
	}
	page, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, table) {
		t.Errorf("README.md does not have this table as it stands:\n%s", table)
	}
}

// A link to a file of the clone leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	for _, name := range readmes(t) {
		page, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(span.ReplaceAll(page, nil), -1) {
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), string(m[1]))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// The lines that use a module from a clone, before it is published, work as they stand.
func TestUseBeforePublication(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := before.FindAllStringSubmatch(string(page), -1)
	if len(lines) != 6 {
		t.Fatalf("%d go mod edit -replace lines in README.md, want one for each of the 6 modules", len(lines))
	}
	clone, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		t.Run(filepath.Base(l[2]), func(t *testing.T) { useFromClone(t, clone, l[1], l[2]) })
	}
}

func useFromClone(t *testing.T, clone, line, path string) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module fresh.test/user\n\ngo 1.26.0\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nimport _ \""+path+"\"\n\nfunc main() {}\n")
	edit := strings.Fields(strings.ReplaceAll(line, "../hotpath", clone))
	for _, args := range [][]string{edit, {"go", "mod", "tidy"}, {"go", "build", "-o", os.DevNull, "."}} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

func write(t *testing.T, name, data string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

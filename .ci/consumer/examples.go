package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// copyExamples copies each folder of examples/ into an empty module, which must tidy, build and
// vet there: people copy programs, not workspaces.
func copyExamples(sh *shell, root string) error {
	entries, err := os.ReadDir(filepath.Join(root, "examples"))
	if err != nil {
		return err
	}
	n := 0
	for _, e := range entries {
		if !e.IsDir() || e.Name() == "testdata" {
			continue
		}
		if err := copyExample(sh, root, e.Name()); err != nil {
			return fmt.Errorf("examples/%s alone: %w", e.Name(), err)
		}
		n++
		fmt.Printf("examples/%-15s builds alone\n", e.Name())
	}
	if n == 0 {
		return fmt.Errorf("no example found")
	}
	return nil
}

func copyExample(sh *shell, root, name string) error {
	dir, err := sh.dir("example-" + name)
	if err != nil {
		return err
	}
	cmd := exec.Command("git", "ls-files", "-z", "--", ".")
	cmd.Dir = filepath.Join(root, "examples", name)
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	for f := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if err := copyFile(filepath.Join(cmd.Dir, f), filepath.Join(dir, f)); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"mod", "init", "copy.test/" + name}, {"mod", "tidy"}} {
		if _, err := sh.run(dir, append([]string{"go"}, args...)...); err != nil {
			return err
		}
	}
	if err := sh.settle(dir); err != nil {
		return err
	}
	for _, args := range [][]string{{"build", "-o", os.DevNull}, {"vet"}} {
		if _, err := sh.build(dir, append(append([]string{"go"}, args...), "./...")...); err != nil {
			return err
		}
	}
	deps, err := sh.run(dir, "go", "list", "-deps", "-test", "./...")
	if err != nil {
		return err
	}
	if strings.Contains(deps, prefix+"examples") {
		return fmt.Errorf("imports another example")
	}
	return nil
}

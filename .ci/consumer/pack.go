package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// A mod is one published module: its path and its folder below the root.
type mod struct{ path, dir string }

func (m mod) name() string { return strings.TrimPrefix(m.path, prefix) }

// published lists the modules of the workspace that users import: all but the examples and those
// that hold tests only. Bench modules stay outside the workspace, so they are never among them.
func published(root string) ([]mod, error) {
	cmd := exec.Command("go", "work", "edit", "-json")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(root, "go.work"))
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var work struct{ Use []struct{ DiskPath string } }
	if err := json.Unmarshal(out, &work); err != nil {
		return nil, err
	}
	var mods []mod
	for _, u := range work.Use {
		dir := strings.TrimPrefix(u.DiskPath, "./")
		if dir == "examples" || strings.HasPrefix(dir, "examples/") || onlyTests(filepath.Join(root, dir)) {
			continue
		}
		mods = append(mods, mod{prefix + dir, dir})
	}
	if len(mods) < 6 {
		return nil, fmt.Errorf("go.work lists only %d modules", len(mods))
	}
	return mods, nil
}

// onlyTests reports whether a module has nothing to import: only tests and a doc.go that explains them.
func onlyTests(dir string) bool {
	names, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	return !slices.ContainsFunc(names, func(n string) bool {
		return !strings.HasSuffix(n, "_test.go") && filepath.Base(n) != "doc.go"
	})
}

// pack writes the module's .info, .mod and .zip where a GOPROXY=file:// tree has them.
func pack(root, tree string, m mod) error {
	dir := filepath.Join(tree, filepath.FromSlash(m.path), "@v")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	files, err := tracked(root, m.dir)
	if err != nil {
		return err
	}
	gomod, err := os.ReadFile(filepath.Join(root, m.dir, "go.mod"))
	if err != nil {
		return err
	}
	info := fmt.Sprintf(`{"Version":%q,"Time":%q}`, version, time.Now().UTC().Format(time.RFC3339))
	for name, data := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": []byte(info), version + ".mod": gomod,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			return err
		}
	}
	f, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		return err
	}
	defer f.Close()
	return zip.Create(f, module.Version{Path: m.path, Version: version}, files)
}

// tracked lists what git knows below dir, as a tag would hold it, without nested modules, and with
// the root LICENSE, which the go command copies into a submodule's zip.
func tracked(root, dir string) ([]zip.File, error) {
	cmd := exec.Command("git", "ls-files", "-z", "--", dir)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	var nested []string
	for _, n := range names {
		if strings.HasSuffix(n, "/go.mod") && n != dir+"/go.mod" {
			nested = append(nested, strings.TrimSuffix(n, "go.mod"))
		}
	}
	files := []zip.File{file{"LICENSE", filepath.Join(root, "LICENSE")}}
	for _, n := range names {
		if slices.ContainsFunc(nested, func(p string) bool { return strings.HasPrefix(n, p) }) {
			continue
		}
		files = append(files, file{strings.TrimPrefix(n, dir+"/"), filepath.Join(root, n)})
	}
	return files, nil
}

// A file is one entry of a module zip; it implements zip.File.
type file struct{ name, disk string }

func (f file) Path() string                 { return f.name }
func (f file) Lstat() (os.FileInfo, error)  { return os.Lstat(f.disk) }
func (f file) Open() (io.ReadCloser, error) { return os.Open(f.disk) }

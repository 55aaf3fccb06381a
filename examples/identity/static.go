package main

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"strings"
	"time"
)

//go:embed static
var embedded embed.FS

// Assets are the static files: a directory, or the pages built into the program. It is safe for concurrent use.
type Assets struct {
	root  *os.Root // nil for the embedded ones
	pages map[string]Asset
}

// Asset is one open static file. Its owner closes it.
type Asset struct {
	io.ReadSeeker
	File    *os.File // nil for an embedded page
	Bytes   []byte   // the embedded page
	Size    int64
	ModTime time.Time
	Type    string
	ETag    string
}

// Close closes the file, if there is one.
func (a *Asset) Close() error {
	if a.File == nil {
		return nil
	}
	return a.File.Close()
}

// OpenAssets serves dir, or the embedded pages if dir is empty. Nothing outside dir is reachable, whatever the name or
// the symbolic links in it say: os.Root sees to that.
func OpenAssets(dir string) (*Assets, error) {
	if dir == "" {
		return embeddedAssets()
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("identity: static files: %w", err)
	}
	return &Assets{root: root}, nil
}

func embeddedAssets() (*Assets, error) {
	pages := map[string]Asset{}
	sub, err := fs.Sub(embedded, "static")
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(sub, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(sub, name)
		sum := sha256.Sum256(data)
		pages[name] = Asset{
			Bytes: data, Size: int64(len(data)), Type: contentType(name),
			ETag: `"` + hex.EncodeToString(sum[:8]) + `"`,
		}
		return err
	})
	return &Assets{pages: pages}, err
}

// Close releases the directory.
func (a *Assets) Close() error {
	if a.root == nil {
		return nil
	}
	return a.root.Close()
}

// Open returns the regular file of that name, or ErrNoRoute. An empty name is the index page.
func (a *Assets) Open(name string) (Asset, error) {
	if name == "" {
		name = "index.html"
	}
	if !fs.ValidPath(name) {
		return Asset{}, ErrNoRoute
	}
	if a.root == nil {
		page, ok := a.pages[name]
		if !ok {
			return Asset{}, ErrNoRoute
		}
		page.ReadSeeker = bytes.NewReader(page.Bytes)
		return page, nil
	}
	return a.openFile(name)
}

func (a *Assets) openFile(name string) (Asset, error) {
	// Asked before opening: opening a FIFO would wait for its writer.
	if info, err := a.root.Stat(name); err != nil || !info.Mode().IsRegular() {
		return Asset{}, ErrNoRoute
	}
	f, err := a.root.Open(name)
	if err != nil {
		return Asset{}, ErrNoRoute
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return Asset{}, ErrNoRoute
	}
	return Asset{
		ReadSeeker: f, File: f, Size: info.Size(), ModTime: info.ModTime(), Type: contentType(name),
		ETag: fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()),
	}, nil
}

// contentType never guesses from the content: a file cannot talk itself into being a page.
func contentType(name string) string {
	if t := mime.TypeByExtension(strings.ToLower(path.Ext(name))); t != "" {
		return t
	}
	return "application/octet-stream"
}

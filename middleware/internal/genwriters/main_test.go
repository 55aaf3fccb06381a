package main

import (
	"bytes"
	"os"
	"testing"
)

func TestFilesAreGenerated(t *testing.T) {
	again := Files()
	for name, src := range Files() {
		if !bytes.Equal(src, again[name]) {
			t.Errorf("%s: the generator gave two texts in two runs, want one", name)
		}
		committed, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(committed, src) {
			t.Errorf("%s differs from its generator: run go generate ./...", name)
		}
	}
}

package main

import (
	"bytes"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTableIsUpToDate(t *testing.T) {
	got, err := os.ReadFile("../../wire/powers_of_ten.go")
	if err != nil || !bytes.Equal(got, source()) {
		t.Errorf("powers_of_ten.go is not what this program writes (%v): run go generate", err)
	}
}

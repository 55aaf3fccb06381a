//go:build linux

package main

import (
	"os"
	"testing"
)

// TestMain lets a benchmark start this very binary as its server.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-serve" {
		main()
	}
	os.Exit(m.Run())
}

// Each kind of server under a few connections: what go run . memory does with 19,000.
func BenchmarkMemory(b *testing.B) {
	for _, base := range pairs {
		b.Run(base, func(b *testing.B) {
			for b.Loop() {
				f, err := weighOnce("netpoll-"+base, []int{20})
				if err != nil {
					b.Fatal(err)
				}
				if n := f[0].Goroutines; n > 30 {
					b.Errorf("%d goroutines: nothing is parked", n)
				}
			}
		})
	}
}

func BenchmarkParkWake(b *testing.B) {
	for b.Loop() {
		if _, err := parkWake(1, 100, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEcho(b *testing.B) {
	for b.Loop() {
		if _, err := echoes(1, 25, ""); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAccept(b *testing.B) {
	for b.Loop() {
		if _, err := accepts(1, 25, ""); err != nil {
			b.Fatal(err)
		}
	}
}

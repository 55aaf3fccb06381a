//go:build goexperiment.jsonv2

package gentest_test

import (
	"bytes"
	"encoding/json/jsontext"
	jsonv2 "encoding/json/v2"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
)

// modernTwins returns two values of one pair with the same random contents.
func modernTwins(p pair, seed uint64, clean bool) (generated, any) {
	ours, theirs := p.ours(), p.theirs()
	for _, v := range []any{ours, theirs} {
		f := filler{rand.New(rand.NewPCG(seed, 1)), clean, true}
		f.fill(reflect.ValueOf(v).Elem(), 0)
	}
	return ours, theirs
}

func TestJSONv2Append(t *testing.T) {
	for _, p := range moderns {
		t.Run(p.name(), func(t *testing.T) {
			good := 0
			for seed := range uint64(rounds(t, 3000)) {
				ours, theirs := modernTwins(p, seed, false)
				want, wantErr := jsonv2.Marshal(theirs, jsonv2.Deterministic(true))
				got, err := codec.Append(nil, ours)
				if (err != nil) != (wantErr != nil) {
					t.Fatalf("seed %d: error %v, want %v", seed, err, wantErr)
				}
				if err != nil {
					continue
				}
				good++
				if !bytes.Equal(got, want) {
					t.Fatalf("seed %d:\n got %s\nwant %s", seed, got, want)
				}
			}
			t.Logf("%d values encoded", good)
		})
	}
}

func TestJSONv2Decode(t *testing.T) {
	loose := jsontext.AllowInvalidUTF8(true)
	for _, p := range moderns {
		t.Run(p.name(), func(t *testing.T) {
			good := 0
			for seed := range uint64(rounds(t, 1500)) {
				_, theirs := modernTwins(p, seed*7+1, true)
				data, err := jsonv2.Marshal(theirs, jsonv2.Deterministic(true), loose)
				if err != nil {
					t.Fatal(err)
				}
				r := rand.New(rand.NewPCG(seed, 2))
				for i := range 6 {
					doc := data
					if i > 0 {
						doc = mutate(r, data)
					}
					if checkModern(t, p, seed, doc) {
						good++
					}
				}
			}
			if good == 0 {
				t.Error("no document was accepted")
			}
			t.Logf("%d documents accepted", good)
		})
	}
}

// checkModern decodes data on top of equal values of both types and compares
// what came of it.
func checkModern(t *testing.T, p pair, seed uint64, data []byte) bool {
	t.Helper()
	ours, theirs := p.ours(), p.theirs()
	if seed%2 == 1 {
		ours, theirs = modernTwins(p, seed, true)
	}
	wantErr := jsonv2.Unmarshal(data, theirs)
	err := codec.Decode(data, ours)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("seed %d: %s of %q: error %v, want %v", seed, p.name(), data, err, wantErr)
	}
	if err != nil {
		return false
	}
	if s := differ("", reflect.ValueOf(ours), reflect.ValueOf(theirs)); s != "" {
		t.Fatalf("seed %d: %s of %q: %s", seed, p.name(), data, s)
	}
	return true
}

// What TestModern expects is what encoding/json/v2 does.
func TestJSONv2Directed(t *testing.T) {
	for _, p := range moderns {
		for _, c := range modernCases[p.name()] {
			v := p.theirs()
			err := jsonv2.Unmarshal([]byte(c[0]), v)
			if (err != nil) != (c[1] == "") && c[1] != "" {
				t.Errorf("%s of %s: error %v", p.name(), c[0], err)
			}
			if err == nil {
				if got, err := jsonv2.Marshal(v, jsonv2.Deterministic(true)); err != nil || c[1] != "" && string(got) != c[1] {
					t.Errorf("%s of %s: %v\n got %s\nwant %s", p.name(), c[0], err, got, c[1])
				}
			}
			for seed := range uint64(6) {
				checkModern(t, p, seed, []byte(c[0]))
			}
		}
	}
}

// Methods written for v1's types serve v2, and those of -v2 its rules.
func TestJSONv2ThroughMethods(t *testing.T) {
	for _, p := range moderns {
		for seed := range uint64(rounds(t, 200)) {
			ours, theirs := modernTwins(p, seed, true)
			want, wantErr := jsonv2.Marshal(theirs, jsonv2.Deterministic(true))
			got, err := jsonv2.Marshal(ours)
			if (err != nil) != (wantErr != nil) || err == nil && !bytes.Equal(got, want) {
				t.Fatalf("%s: %v, want %v\n got %s\nwant %s", p.name(), err, wantErr, got, want)
			}
		}
	}
}

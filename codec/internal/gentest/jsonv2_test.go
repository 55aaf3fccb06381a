//go:build goexperiment.jsonv2

// encoding/json/v2 exists in builds with GOEXPERIMENT=jsonv2 only.

package gentest_test

import (
	"encoding/json"
	jsonv2 "encoding/json/v2"
	"errors"
	"reflect"
	"testing"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/internal/gentest"
)

var (
	_ jsonv2.MarshalerTo     = gentest.Scalars{}
	_ jsonv2.UnmarshalerFrom = (*gentest.Page[int])(nil)
)

// Through encoding/json/v2 a generated type is what it is through codec.
func TestJSONv2Methods(t *testing.T) {
	for _, p := range pairs {
		for seed := range uint64(rounds(t, 100)) {
			ours, _ := p.twins(seed, true)
			if _, ok := ours.(jsonv2.MarshalerTo); !ok {
				if p.name() != "Unescaped" {
					t.Errorf("%s has no methods of encoding/json/v2", p.name())
				}
				break
			}
			want, err := codec.Marshal(ours)
			if err != nil {
				t.Fatal(err)
			}
			got, err := jsonv2.Marshal(ours)
			// The encoder of v2 spells strings its own way.
			var a, b any
			if err := errors.Join(err, json.Unmarshal(got, &a), json.Unmarshal(want, &b)); err != nil || !reflect.DeepEqual(a, b) {
				t.Fatalf("%s: %v\n got %s\nwant %s", p.name(), err, got, want)
			}
			back, expect := p.ours(), p.ours()
			err, wantErr := jsonv2.Unmarshal(got, back), codec.Decode(got, expect)
			if (err != nil) != (wantErr != nil) {
				t.Fatalf("%s: %v, want %v", p.name(), err, wantErr)
			}
			if err != nil {
				continue // some types write what they do not read
			}
			if s := differ("", reflect.ValueOf(back), reflect.ValueOf(expect)); s != "" {
				t.Fatalf("%s: %s", p.name(), s)
			}
		}
	}
}

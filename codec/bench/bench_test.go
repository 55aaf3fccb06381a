package main

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
)

// A library that writes or reads something else would be measured at another task.
func TestAgree(t *testing.T) {
	docs, err := documents()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		for _, p := range peers {
			v := d.make[p.types]()
			if err := p.unmarshal(d.data, v); err != nil {
				t.Errorf("%s: %s: %v", p.name, d.name, err)
				continue
			}
			marshaled, err := p.marshal(v)
			if err != nil {
				t.Errorf("%s: %s: %v", p.name, d.name, err)
			}
			appended, err := p.appendTo(make([]byte, 0, 10), v)
			if err != nil {
				t.Errorf("%s: %s: %v", p.name, d.name, err)
			}
			var want, a, b any
			if err := errors.Join(json.Unmarshal(d.data, &want), json.Unmarshal(marshaled, &a), json.Unmarshal(appended, &b)); err != nil {
				t.Errorf("%s: %s: %v", p.name, d.name, err)
			}
			if !reflect.DeepEqual(a, want) {
				t.Errorf("%s: %s: marshal and document differ", p.name, d.name)
			}
			if !reflect.DeepEqual(b, want) {
				t.Errorf("%s: %s: append and document differ", p.name, d.name)
			}
		}
	}
}

func Benchmark(b *testing.B) {
	docs, err := documents()
	if err != nil {
		b.Fatal(err)
	}
	for _, op := range operations {
		for _, d := range docs {
			for _, p := range peers {
				b.Run(op+"/"+d.name+"/"+p.name, func(b *testing.B) {
					work, err := p.work(op, d)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportAllocs()
					b.SetBytes(int64(len(d.data)))
					for b.Loop() {
						if err := work(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

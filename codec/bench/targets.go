package main

import (
	"github.com/hotpath-go/hotpath/codec/bench/doc"
	"github.com/hotpath-go/hotpath/codec/bench/easy"
	"github.com/hotpath-go/hotpath/codec/bench/ours"
	"github.com/hotpath-go/hotpath/codec/bench/plain"
)

// document is a text and the types for it, by peer.types.
type document struct {
	name string
	data []byte
	make [3]func() any
}

var targets = map[string][3]func() any{
	"small":   {func() any { return new(plain.Small) }, func() any { return new(ours.Small) }, func() any { return new(easy.Small) }},
	"medium":  {func() any { return new(plain.Medium) }, func() any { return new(ours.Medium) }, func() any { return new(easy.Medium) }},
	"events":  {func() any { return new(plain.Events) }, func() any { return new(ours.Events) }, func() any { return new(easy.Events) }},
	"twitter": {func() any { return new(plain.Twitter) }, func() any { return new(ours.Twitter) }, func() any { return new(easy.Twitter) }},
	"citm":    {func() any { return new(plain.Citm) }, func() any { return new(ours.Citm) }, func() any { return new(easy.Citm) }},
	"canada":  {func() any { return new(plain.Canada) }, func() any { return new(ours.Canada) }, func() any { return new(easy.Canada) }},
	"any":     {func() any { return new(plain.Any) }, func() any { return new(ours.Any) }, func() any { return new(easy.Any) }},
}

func load(name string) (document, error) {
	data, err := doc.Load(name)
	return document{name, data, targets[name]}, err
}

func documents() ([]document, error) {
	var out []document
	for _, name := range doc.Names {
		d, err := load(name)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

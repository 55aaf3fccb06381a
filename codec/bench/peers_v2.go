//go:build goexperiment.jsonv2

package main

import (
	"bytes"
	jsonv2 "encoding/json/v2"
)

// In this build "encoding/json" is v1's interface to v2's machine.
var _ = func() bool {
	sorted := jsonv2.Deterministic(true)
	peers = append(peers[:2:2], peer{"encoding/json/v2", plainTypes, true,
		func(v any) ([]byte, error) { return jsonv2.Marshal(v) },
		buffered(func(b *bytes.Buffer, v any) error { return jsonv2.MarshalWrite(b, v) }),
		func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) }},
		peer{"encoding/json/v2 sorted", plainTypes, true,
			func(v any) ([]byte, error) { return jsonv2.Marshal(v, sorted) },
			buffered(func(b *bytes.Buffer, v any) error { return jsonv2.MarshalWrite(b, v, sorted) }),
			func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) }})
	peers[1].name = "encoding/json on v2"
	return true
}()

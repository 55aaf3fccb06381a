// Package shop is a code base half way from easyjson to codec: what the bridge
// is tested on. It is not part of any program.
package shop

import "time"

//go:generate go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -from-easyjson -easyjson -type Book
//go:generate go run github.com/mailru/easyjson/easyjson shelf.go

// Book was one of easyjson's types and is codec's now.
//
//easyjson:json
type Book struct {
	Title  string         `json:"title,intern"`
	ISBN   string         `json:"isbn,omitempty,nocopy"`
	Price  float64        `json:"price"`
	Added  time.Time      `json:"added"`
	Tags   []string       `json:"tags"`
	Counts map[string]int `json:"counts"`
	Next   *Book          `json:"next,omitempty"`
}

//lint:file-ignore SA5008 the tags are easyjson's

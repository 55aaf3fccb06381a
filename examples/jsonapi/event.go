package main

import (
	_ "embed"
	"encoding/json"
	"time"
)

//go:generate go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -type Page,Event

// Page is what GET /events answers with.
type Page struct {
	Events []Event `json:"events"`
}

// Event is an element of https://api.github.com/events, and of what GET /events answers with.
type Event struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Actor     Actor           `json:"actor"`
	Repo      Repo            `json:"repo"`
	Payload   json.RawMessage `json:"payload"` // its shape depends on the type
	Public    bool            `json:"public"`
	CreatedAt time.Time       `json:"created_at"`
	Org       *Actor          `json:"org,omitempty"`
}

// Actor is who did something.
type Actor struct {
	ID           int64  `json:"id"`
	Login        string `json:"login"`
	DisplayLogin string `json:"display_login,omitempty"`
	GravatarID   string `json:"gravatar_id"`
	URL          string `json:"url"`
	AvatarURL    string `json:"avatar_url"`
}

// Repo is where it was done.
type Repo struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

// The same without generated methods, for -codec std: encoding/json would call them.
type (
	stdPage struct {
		Events []stdEvent `json:"events"`
	}
	stdEvent struct {
		ID        string          `json:"id"`
		Type      string          `json:"type"`
		Actor     stdActor        `json:"actor"`
		Repo      stdRepo         `json:"repo"`
		Payload   json.RawMessage `json:"payload"`
		Public    bool            `json:"public"`
		CreatedAt time.Time       `json:"created_at"`
		Org       *stdActor       `json:"org,omitempty"`
	}
	stdActor struct {
		ID           int64  `json:"id"`
		Login        string `json:"login"`
		DisplayLogin string `json:"display_login,omitempty"`
		GravatarID   string `json:"gravatar_id"`
		URL          string `json:"url"`
		AvatarURL    string `json:"avatar_url"`
	}
	stdRepo struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
		URL  string `json:"url"`
	}
)

// sample has four events as GitHub's REST documentation shows them.
//
//go:embed events.json
var sample []byte

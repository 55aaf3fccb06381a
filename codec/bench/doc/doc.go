// Package doc has the documents of the benchmark. The large ones are those the
// standard library is measured with, read from GOROOT; the others are made here.
package doc

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/hotpath-go/hotpath/codec"
	"github.com/hotpath-go/hotpath/codec/example/order"
	"github.com/klauspost/compress/zstd"
)

// Names are the documents in the order of the tables.
var Names = []string{"small", "medium", "events", "twitter", "citm", "canada", "any"}

// Load returns a document without white space.
func Load(name string) ([]byte, error) {
	switch name {
	case "small":
		return []byte(small), nil
	case "medium":
		return codec.Marshal(order.Sample())
	case "events":
		return events(), nil
	case "any":
		twitter, err := fromGoroot("twitter_status")
		return []byte(`{"data":` + string(twitter) + `}`), err
	case "twitter":
		return fromGoroot("twitter_status")
	case "citm":
		return fromGoroot("citm_catalog")
	}
	return fromGoroot("canada_geometry")
}

const small = `{"id":73829104,"login":"grace.hopper","name":"Grace Hopper","email":"grace@example.com","score":98.25,"active":true,"roles":["admin","editor"],"manager":null,"bio":"Compilers <3 & \"bugs\"","team_id":17,"city":"Arlington"}`

func fromGoroot(name string) ([]byte, error) {
	packed, err := os.ReadFile(filepath.Join(runtime.GOROOT(), "src/encoding/json/internal/jsontest/testdata", name+".json.zst"))
	if err != nil {
		return nil, err
	}
	r, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := r.DecodeAll(packed, nil)
	if err != nil {
		return nil, err
	}
	// As json.Marshal writes it, so that escapes are those every peer writes.
	var raw json.RawMessage = text
	return json.Marshal(raw)
}

// events is in the shape of GitHub's public events: 30 of six kinds.
func events() []byte {
	r := rand.New(rand.NewPCG(30, 1))
	kinds := []string{"PushEvent", "WatchEvent", "CreateEvent", "IssuesEvent", "PullRequestEvent", "ForkEvent"}
	var list []string
	for range 30 {
		kind := kinds[r.IntN(len(kinds))]
		login := word(r) + "-" + word(r)
		repo := login + "/" + word(r)
		id := r.IntN(1e8)
		list = append(list, fmt.Sprintf(`{"id":"%[1]d","type":"%[2]s","actor":{"id":%[3]d,"login":"%[4]s","display_login":"%[4]s","gravatar_id":"","url":"https://api.github.com/users/%[4]s","avatar_url":"https://avatars.githubusercontent.com/u/%[3]d?"},`+
			`"repo":{"id":%[5]d,"name":"%[6]s","url":"https://api.github.com/repos/%[6]s"},"payload":%[7]s,"public":true,"created_at":"2026-11-23T%02[8]d:%02[9]d:%02[10]dZ"}`,
			r.Int64N(1e11), kind, id, login, r.IntN(1e9), repo, payload(r, kind, repo), r.IntN(24), r.IntN(60), r.IntN(60)))
	}
	return []byte(`{"events":[` + strings.Join(list, ",") + "]}")
}

func payload(r *rand.Rand, kind, repo string) string {
	switch kind {
	case "PushEvent":
		var commits []string
		for range 1 + r.IntN(4) {
			sha := fmt.Sprintf("%016x%016x%08x", r.Uint64(), r.Uint64(), r.Uint32())
			commits = append(commits, fmt.Sprintf(`{"sha":"%[1]s","author":{"email":"%[2]s@users.noreply.github.com","name":"%[3]s %[4]s"},"message":"%[5]s","distinct":true,"url":"https://api.github.com/repos/%[6]s/commits/%[1]s"}`,
				sha, word(r), word(r), word(r), sentence(r, 12), repo))
		}
		return fmt.Sprintf(`{"push_id":%[1]d,"size":%[2]d,"distinct_size":%[2]d,"ref":"refs/heads/main","head":"%040[3]x","before":"%040[4]x","commits":[%[5]s]}`,
			r.Int64N(1e10), len(commits), r.Uint64(), r.Uint64(), strings.Join(commits, ","))
	case "WatchEvent":
		return `{"action":"started"}`
	case "CreateEvent":
		return fmt.Sprintf(`{"ref":"%s","ref_type":"branch","master_branch":"main","description":"%s","pusher_type":"user"}`, word(r), sentence(r, 8))
	}
	return fmt.Sprintf(`{"action":"opened","number":%d,"title":"%s","body":"%s\n\n%s","labels":[{"id":%d,"name":"bug","color":"d73a4a","default":true}],"comments":%d,"score":%.2f}`,
		1+r.IntN(9999), sentence(r, 7), sentence(r, 25), sentence(r, 40), r.IntN(1e9), 1+r.IntN(30), r.Float64()*10)
}

var syllables = []string{"ka", "ro", "mi", "tel", "ver", "son", "da", "li", "pen", "gra", "nu", "bor", "é", "zü"}

func word(r *rand.Rand) string {
	var b strings.Builder
	for range 2 + r.IntN(3) {
		b.WriteString(syllables[r.IntN(len(syllables)-2)])
	}
	return b.String()
}

func sentence(r *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = word(r)
		if r.IntN(12) == 0 {
			words[i] += syllables[len(syllables)-1-r.IntN(2)]
		}
	}
	return strings.Join(words, " ")
}

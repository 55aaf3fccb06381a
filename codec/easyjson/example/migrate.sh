#!/bin/bash
# Moves a published package from easyjson to codec, in a temporary copy: har of
# chromedp/cdproto, 16 structs with the methods that easyjson wrote. It fails unless
# both packages write one document alike and read each other's. It downloads cdproto,
# so that no test runs it.
#
#	bash example/migrate.sh
set -euo pipefail
codec=$(cd "$(dirname "$0")/../.." && pwd)
cdproto=github.com/chromedp/cdproto
version=v0.0.0-20240801214329-3f85d328b335
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod

cat >go.mod <<END
module example.com/migrated

go 1.26.0

require (
	github.com/hotpath-go/hotpath/codec v0.1.0
	$cdproto $version
)

replace github.com/hotpath-go/hotpath/codec => $codec
END
go mod download $cdproto
mkdir har
cp "$(go list -m -f '{{.Dir}}' $cdproto)"/har/*.go har
chmod u+w har/*.go

types=$(sed -n 's/^type \([A-Za-z]*\) struct.*/\1/p' har/types.go | paste -sd,)
go run github.com/hotpath-go/hotpath/codec/cmd/codecgen -from-easyjson -type "$types" ./har
rm har/easyjson.go

cat >main.go <<'END'
package main

import (
	"fmt"
	"os"

	before "github.com/chromedp/cdproto/har"
	"github.com/hotpath-go/hotpath/codec"
	"github.com/mailru/easyjson"

	after "example.com/migrated/har"
)

const document = `{"log":{"version":"1.2","creator":{"name":"x <y>","version":"é"},"pages":[{"startedDateTime":"2026-11-23T17:00:00Z","id":"1","title":"a\nb","pageTimings":{"onLoad":12.5}}],
"entries":[{"startedDateTime":"2026-11-23T17:00:01Z","time":0.125,"request":{"method":"GET","url":"/?a&b","httpVersion":"1.1","cookies":[],"headers":[{"name":"A","value":"1"}],"queryString":null,"headersSize":-1,"bodySize":9007199254740993},
"response":null,"cache":{},"timings":{"send":0,"wait":3.25,"receive":-0.5},"unknown":[{}]}]}}`

func main() {
	var old before.HAR
	var new, again after.HAR
	oldErr, newErr := easyjson.Unmarshal([]byte(document), &old), codec.DecodeString(document, &new)
	theirs, theirErr := easyjson.Marshal(&old)
	ours, ourErr := codec.Marshal(&new)
	backErr := codec.Decode(theirs, &again)
	back, _ := codec.Marshal(&again)
	fmt.Println(len(ours), len(theirs), oldErr, newErr, theirErr, ourErr, backErr)
	if string(ours) != string(theirs) || string(back) != string(ours) || easyjson.Unmarshal(ours, &old) != nil {
		fmt.Printf("%s\n%s\n%s\n", theirs, ours, back)
		os.Exit(1)
	}
	fmt.Println("the same")
}
END
go run .

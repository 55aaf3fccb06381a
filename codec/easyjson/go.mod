module github.com/hotpath-go/hotpath/codec/easyjson

go 1.26.0

require (
	github.com/hotpath-go/hotpath/codec v0.1.0
	github.com/mailru/easyjson v0.9.2
	go.uber.org/goleak v1.3.0
)

require github.com/josharian/intern v1.0.0 // indirect

replace github.com/hotpath-go/hotpath/codec => ..

tool github.com/mailru/easyjson/easyjson

module github.com/hotpath-go/hotpath/codec/compat

go 1.26.0

require (
	github.com/go-resty/resty/v2 v2.17.2
	github.com/hotpath-go/hotpath/codec v0.1.0
	go.uber.org/goleak v1.3.0
)

require golang.org/x/net v0.43.0 // indirect

replace github.com/hotpath-go/hotpath/codec => ..

module github.com/hotpath-go/hotpath/pool/grpcpool

go 1.26.0

require (
	github.com/hotpath-go/hotpath/pool v0.1.0
	go.uber.org/goleak v1.3.0
	google.golang.org/grpc v1.84.0
)

require golang.org/x/sys v0.49.0 // indirect

replace github.com/hotpath-go/hotpath/pool => ..

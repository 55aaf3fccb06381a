package netpoll_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
		return
	}
	flag.Parse()
	// The parallel tests wait, for time to pass or for the kernel: many of them keep a core less than busy.
	flag.Set("test.parallel", "8")
	goleak.VerifyTestMain(m)
}

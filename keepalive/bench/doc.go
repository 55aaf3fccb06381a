// Package bench measures keepalive's client beside http.Transport. The client
// of each figure is a process of its own, so that its CPU time is known; the
// server is another one.
//
//	go run ./measure > results/raw.txt   # Linux; a few minutes
//	go run ./report                      # writes the table into ../README.md
package bench

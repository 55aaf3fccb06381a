package main

import "time"

// clientRole is the first argument with which this program runs itself as the
// load client.
const clientRole = "-role=load-client"

// Command is one line to the load client's stdin; it answers each with one Reply.
type Command struct {
	// Op is "open" (Conns connections, one request on each), "closed" (every
	// connection, or only the first Conns, asks again as soon as it is answered),
	// "paced" (Rate requests a second whatever the answers do), "once" (one request
	// on each) or "shut".
	Op      string        `json:"op"`
	Addr    string        `json:"addr,omitempty"`
	Conns   int           `json:"conns,omitempty"`
	Targets []Target      `json:"targets,omitempty"`
	For     time.Duration `json:"for,omitempty"`
	Rate    float64       `json:"rate,omitempty"`
}

// Reply is what the load client saw while it did one Command.
type Reply struct {
	Error string `json:"error,omitempty"` // the command itself failed

	Requests     uint64  `json:"requests"` // answered 200 with the right body
	Failures     uint64  `json:"failures"` // everything else
	Reconnects   uint64  `json:"reconnects"`
	FirstFailure string  `json:"first_failure,omitempty"`
	Seconds      float64 `json:"seconds"`
	Latency      Summary `json:"latency"`
	Late         Summary `json:"late"` // paced: how late the client itself sent
}

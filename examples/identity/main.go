// Identity is a login and session service, the kind of small hot service every company runs: accounts, sessions, a
// cache, a durable store, an audit log that is delivered to an event sink. It is written twice from the same domain code:
// "plain" the way a good team writes it today (gin, encoding/json, log/slog), "hot" with hotpath's modules.
//
//	go run ./examples/identity                    # hot, on 127.0.0.1:8080
//	go run ./examples/identity -variant plain
//
//	curl -d '{"name":"Ada","email":"ada@example.com","password":"correct horse"}' -H 'Content-Type: application/json' http://127.0.0.1:8080/v1/users
//	{"id":"usr_…","name":"Ada","created":"…"}
//	curl -d '{"email":"ada@example.com","password":"correct horse"}' -H 'Content-Type: application/json' http://127.0.0.1:8080/v1/sessions
//	{"token":"TOKEN","user_id":"usr_…","expires":"…"}
//	curl -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/v1/session          # 2–3 kB: the profile, roles, permissions
//	curl -H 'Authorization: Bearer TOKEN' 'http://127.0.0.1:8080/v1/audit?limit=5'  # the last logins
//	curl -X DELETE -H 'Authorization: Bearer TOKEN' http://127.0.0.1:8080/v1/session
//
// It prints "listening on ADDR" when it serves, and one JSON line for each request on stderr. SIGTERM drains: /readyz
// turns 503 and answers carry "Connection: close" for -drain, then it stops, with every login stored in the audit log; a
// second signal ends it at once. SIGKILL loses no account, session or logout that was acknowledged, and of the audit log
// at most one batch not yet stored: 256 logins or the last 50 ms of them plus one write.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	config, err := parseFlags(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(config Config) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	program, err := Start(config)
	if err != nil {
		return err
	}
	fmt.Println("listening on", program.Addr())
	select {
	case <-ctx.Done():
	case err := <-program.failed:
		return errors.Join(err, program.Stop())
	}
	stop() // from here on a second signal ends the process at once
	return program.Stop()
}

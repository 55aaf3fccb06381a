//go:build linux

// Bench measures netpoll beside the servers it is put under. Each subcommand runs the two sides in one run, in processes
// of their own, and adds its rows to results/; report writes them into netpoll's README.
//
//	go run . memory      RssAnon for each idle connection, 2,000 to 19,000, or to -most
//	go run . busy        wrk, 64 and 512 connections, alternated rounds (needs wrk)
//	go run . parkwake    server CPU for a request that wakes a parked connection
//	go run . busytls     both of these with TLS; -only-crypto-tls is how it was with crypto/tls's record layer
//	go run . parkwaketls
//	go run . shutdown    http.Server.Shutdown with 18,000 idle connections
//	go run . faraway     the same with clients behind a slow link (needs root, and the commands ip and tc)
//	go run . sweep       an idle timeout of 18,000 connections
//	go run . echo        64-byte echo, 64 and 512 connections, Server beside other event loops
//	go run . beside      how long others of the process wait while an echo is busy
//	go run . accept      connections of one message each: one acceptor, and one for each core with SO_REUSEPORT
//	go run . processes   six servers with 18,000 connections each, at the same time
//	go run ./report
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

var (
	listenOn   = flag.String("listen", "127.0.0.1:0", "where a server listens")
	kindOnly   = flag.String("kind", "", "for echo: only these servers, with commas between")
	most       = flag.Int("most", 19000, "for memory: how many connections; server and client each need so many fds")
	dry        = flag.Bool("n", false, "print the readings and keep none")
	onlyCrypto = flag.Bool("only-crypto-tls", false, "netpoll.Options.OnlyCryptoTLS of the server, for memory and parkwaketls")
)

func main() {
	log.SetFlags(0)
	serve := flag.String("serve", "", "run as this server")
	after := flag.Duration("park-after", 0, "netpoll.Options.ParkAfter of the server")
	idle := flag.Duration("idle-timeout", 0, "http.Server.IdleTimeout of the server; 0 is an hour")
	rounds := flag.Int("rounds", 9, "alternated rounds")
	scale := flag.Int("scale", 1, "divide connections and requests, for a quick look")
	only := flag.String("only", "", "for memory, busy and parkwake: only this pair, or this many connections at a time")
	hold := flag.Bool("hold", false, "hold connections to another process's server")
	flag.Parse()
	if kind, ok := strings.CutPrefix(*serve, "echo-"); ok {
		log.Fatal(runEcho(kind))
	}
	if *serve == "floor" {
		log.Fatal(runFloor())
	}
	if *hold {
		if err := holdFor(flag.Arg(0), flag.Arg(1), flag.Arg(2)); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *serve != "" {
		log.Fatal(runServer(*serve, *after, *idle))
	}
	run, ok := map[string]func(rounds, scale int, only string) (any, error){
		"memory": memory, "busy": busy, "parkwake": parkWake, "busytls": busyTLS, "parkwaketls": parkWakeTLS,
		"shutdown": shutdowns, "faraway": faraways, "sweep": sweeps, "echo": echoes, "accept": accepts,
		"beside": besides, "processes": processes,
	}[flag.Arg(0)]
	if !ok {
		flag.Usage()
		os.Exit(2)
	}
	rows, err := run(*rounds, *scale, *only)
	if err != nil {
		log.Fatal(err)
	}
	name := flag.Arg(0)
	if *onlyCrypto {
		name += "-only-crypto"
	}
	if *only != "" {
		name += "-" + *only
	}
	if err := save(name, rows); err != nil {
		log.Fatal(err)
	}
}

// save keeps the raw readings, with what they were taken on.
func save(name string, rows any) error {
	b, err := json.MarshalIndent(map[string]any{
		"command": fmt.Sprint("go run . ", os.Args[1:]), "go": runtime.Version(), "cpus": runtime.NumCPU(), "rows": rows,
	}, "", "\t")
	if err != nil {
		return err
	}
	fmt.Printf("%s\n", b)
	if *dry {
		return nil
	}
	return os.WriteFile(filepath.Join("results", name+".json"), append(b, '\n'), 0o644)
}

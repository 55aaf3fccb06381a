// Command measure prints raw results, one figure a line:
//
//	group | name | unit | value
//
// It starts a server, and a client process for each peer and round; the rounds
// are alternated, and the first peer of a round is another one each time.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/bench"
)

func main() {
	rounds := flag.Int("rounds", 9, "how many")
	what := flag.String("what", "cpu,idle,sweep,spread,turnover", "which kinds of groups")
	only := flag.String("only", "", "the groups whose names contain this")
	serve := flag.Bool("serve", false, "be the server")
	peer := flag.String("peer", "", "be a client with this peer")
	job := flag.String("job", "", "what the client does")
	addr := flag.String("addr", "", "the server")
	flag.Parse()
	log.SetFlags(0)
	switch {
	case *serve:
		beServer()
	case *peer != "":
		beClient(*peer, *job, *addr)
	default:
		measure(*rounds, *what, *only)
	}
}

func beServer() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(ln.Addr())
	log.Fatal(http.Serve(ln, http.HandlerFunc(bench.Handler)))
}

// group is a set of peers at the same work.
type group struct {
	name, kind, job string
	peers           []string
	unit            string // the only one that is printed; "": all
}

const tuned, tuned16, own = "http.Transport, MaxIdleConnsPerHost", "http.Transport, MaxConnsPerHost 16", "keepalive.Transport"

func groups() []group {
	out := []group{
		{"64 workers, one host", "cpu", "load 64 0s 400ms", []string{"http.DefaultTransport", tuned, tuned16, own}, ""},
		{"1,000 idle connections", "idle", "idle 1000", []string{tuned, own}, ""},
		{"10 backends", "spread", "spread 16 300ms", []string{own}, ""},
		{"turn-over", "turnover", "load 64 0s 400ms", []string{own + ", MaxRequests 2"}, ""},
	}
	for _, c := range bench.Sweep() {
		peers := []string{own}
		for _, n := range c.Constants {
			peers = append(peers, bench.Limited(n))
		}
		out = append(out, group{c.Group(), "sweep", fmt.Sprintf("load %d %s 300ms", c.Workers, c.Handler), peers, "requests/s"})
	}
	return out
}

func measure(rounds int, what, only string) {
	self, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	for round := range rounds {
		for _, g := range groups() {
			if !strings.Contains(what, g.kind) || !strings.Contains(g.name, only) {
				continue
			}
			for i := range g.peers {
				run(self, g, g.peers[(i+round)%len(g.peers)])
			}
		}
	}
}

// run gives every client a server of its own: none inherits another's
// connections in TIME_WAIT or a grown heap.
func run(self string, g group, peer string) {
	server := exec.Command(self, "-serve")
	server.Stderr = os.Stderr
	out, err := server.StdoutPipe()
	if err != nil {
		log.Fatal(err)
	}
	if err := server.Start(); err != nil {
		log.Fatal(err)
	}
	defer func() { _ = server.Process.Kill(); _ = server.Wait() }()
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		log.Fatal(err)
	}
	client := exec.Command(self, "-peer", peer, "-job", g.job, "-addr", strings.TrimSpace(addr))
	client.Stderr = os.Stderr
	lines, err := client.Output()
	if err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(string(lines)) {
		if unit, _, _ := strings.Cut(line, " | "); g.unit != "" && unit != g.unit {
			continue
		}
		fmt.Printf("%s | %s | %s", g.name, peer, line)
	}
	time.Sleep(20 * time.Millisecond)
}

// Command http measures whole answers of net/http: one server for each way of making the body, on one core, asked over
// loopback by turns by clients on the other. It prints one line of JSON for each pair of way and body, for ../report.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// row is what one way did for one body: requests per second, round by round.
type row struct {
	Op, Doc, Peer string
	Bytes         int
	Rates         []float64
}

func main() {
	serve := flag.String("serve", "", "be the server for this way and number of orders, as in codec/20")
	rounds := flag.Int("rounds", 9, "rounds")
	length := flag.Duration("for", 300*time.Millisecond, "length of one measurement")
	flag.BoolVar(&withWrk, "wrk", false, "ask with wrk -t1 -c32, the server on the first core and wrk on the second; needs wrk and taskset")
	flag.Parse()
	var err error
	if *serve != "" {
		err = server(*serve)
	} else {
		err = run(*rounds, *length)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var withWrk bool

func server(what string) error {
	way, n, _ := strings.Cut(what, "/")
	h, err := handler(way, n)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	srv := &http.Server{Handler: h}
	go func() { // the parent's end of the pipe closes with it
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = srv.Close()
	}()
	if err := srv.Serve(ln); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// child is a server in a process of its own.
type child struct {
	row
	cmd  *exec.Cmd
	in   io.Closer
	addr string
}

func start(way, n string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{row: row{Op: "http", Doc: n, Peer: way}, cmd: exec.Command(self, "-serve", way+"/"+n)}
	if withWrk {
		c.cmd = exec.Command("taskset", "-c", "0", self, "-serve", way+"/"+n)
	}
	c.cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	c.cmd.Stderr = os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	c.addr = strings.TrimSpace(line)
	return c, err
}

func run(rounds int, length time.Duration) error {
	out := json.NewEncoder(os.Stdout)
	command := strings.Join(append([]string{"http"}, os.Args[1:]...), " ")
	if err := out.Encode(map[string]any{"Go": runtime.Version(), "Machine": fmt.Sprintf("%d cores", runtime.NumCPU()), "Command": command, "Rounds": rounds}); err != nil {
		return err
	}
	for _, n := range []string{"1", "20"} {
		if err := compare(n, rounds, length, out); err != nil {
			return err
		}
	}
	return nil
}

// compare runs the servers of one body by turns.
func compare(n string, rounds int, length time.Duration, out *json.Encoder) error {
	var children []*child
	for _, way := range ways {
		c, err := start(way, n)
		if err != nil {
			return err
		}
		children = append(children, c)
		if _, c.Bytes, err = load(c.addr, length/10); err != nil {
			return fmt.Errorf("%s: %w", way, err)
		}
	}
	for range rounds {
		for _, c := range children {
			rate, err := measure(c.addr, length)
			if err != nil {
				return err
			}
			c.Rates = append(c.Rates, rate)
		}
	}
	for _, c := range children {
		if err := out.Encode(c.row); err != nil {
			return err
		}
		_ = c.in.Close()
		if err := c.cmd.Wait(); err != nil {
			return err
		}
	}
	return nil
}

func measure(addr string, length time.Duration) (rate float64, err error) {
	if withWrk {
		return wrk(addr, length)
	}
	rate, _, err = load(addr, length)
	return rate, err
}

var wrkRate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

func wrk(addr string, length time.Duration) (float64, error) {
	cmd := exec.Command("taskset", "-c", "1", "wrk", "-t1", "-c32", "-d"+length.Round(time.Second).String(), "http://"+addr+"/")
	out, err := cmd.CombinedOutput()
	m := wrkRate.FindSubmatch(out)
	if err != nil || m == nil || bytes.Contains(out, []byte("Non-2xx")) || bytes.Contains(out, []byte("Socket errors")) {
		return 0, fmt.Errorf("%v: %v\n%s", cmd, err, out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}

const connections = 8

// load returns the requests per second and the size of a body.
func load(addr string, length time.Duration) (rate float64, size int, err error) {
	start := time.Now()
	var counts, sizes [connections]int
	var errs [connections]error
	var wg sync.WaitGroup
	for i := range connections {
		wg.Go(func() { counts[i], sizes[i], errs[i] = ask(addr, start.Add(length)) })
	}
	wg.Wait()
	n := 0
	for i := range connections {
		if errs[i] != nil {
			return 0, 0, errs[i]
		}
		n += counts[i]
	}
	return float64(n) / time.Since(start).Seconds(), sizes[0], nil
}

// ask is one connection, with no more work than it takes to find the end of a body with a length.
func ask(addr string, end time.Time) (n, size int, err error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = c.Close() }()
	in := bufio.NewReaderSize(c, 64<<10)
	for ; n == 0 || time.Now().Before(end); n++ {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return n, size, err
		}
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return n, size, err
			}
			if len(line) <= 2 {
				break
			}
			if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
				if size, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
					return n, size, err
				}
			}
		}
		if _, err := in.Discard(size); err != nil {
			return n, size, err
		}
	}
	return n, size, nil
}

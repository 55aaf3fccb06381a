//go:build linux

// Paths measures the kernel's ways to send the same bytes, so that the module's
// thresholds are read from a table and not guessed:
//
//	go run ./paths -cc cubic -out results/paths-cubic.jsonl
//	go run ./paths -cc bbr -out results/paths-bbr.jsonl
//
// One thread sends over loopback, pinned to one processor; another discards with
// MSG_TRUNC, pinned to the other. It writes a JSON line for each way and
// size: the sender's CPU microseconds and the wall microseconds for each body.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/zerocopy/bench/result"
)

// A way sends a header and then size bytes on sock.
type way struct {
	name string
	send func(sock int, size int)
}

var (
	head  = make([]byte, 250)
	mem   []byte // of the mapping
	memfd int
	file  int
	buf   = make([]byte, 256<<10)
)

func main() {
	cc := flag.String("cc", "cubic", "congestion control")
	budget := flag.Duration("budget", 36*time.Second, "time for all rounds")
	rounds := flag.Int("rounds", 9, "alternated rounds")
	out := flag.String("out", "", "result; empty means standard output")
	flag.Parse()
	const largest = 64 << 20
	prepare(largest)
	ways := []way{
		{"write", sendWrite}, {"writev", sendWritev}, {"memfd", sendMemfd}, {"sendfile", sendFile},
		{"uncorked", func(s, n int) { sendFD(s, file, n) }},
		{"pread", func(s, n int) { sendPread(s, n, 64<<10) }},
	}
	sizes := []int{512, 1 << 10, 4 << 10, 16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, largest}
	to := os.Stdout
	if *out != "" {
		to = must(os.Create(*out))
		defer to.Close()
	}
	res := result.File{Head: result.Head{What: "paths", Command: fmt.Sprintf("go run ./paths -cc %s -budget %v -rounds %d", *cc, *budget, *rounds),
		Go: runtime.Version(), Machine: fmt.Sprintf("%d cores", runtime.NumCPU()), Congestion: *cc}}
	each := *budget / time.Duration(len(sizes)**rounds*len(ways))
	for _, size := range sizes {
		for round := range *rounds {
			for i := range ways {
				w := ways[(i+round)%len(ways)]
				c, t := measure(*cc, w, size, each)
				res.Add(w.name, int64(size), 1e6/t, c)
			}
		}
	}
	if err := res.Write(to); err != nil {
		log.Fatal(err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func prepare(n int) {
	memfd = must(unix.MemfdCreate("paths", unix.MFD_CLOEXEC))
	unix.Ftruncate(memfd, int64(n))
	mem = must(unix.Mmap(memfd, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_POPULATE))
	for i := range mem {
		mem[i] = byte(i * 7)
	}
	f := must(os.CreateTemp("", "paths"))
	os.Remove(f.Name())
	must(f.Write(mem))
	file = must(unix.Dup(int(f.Fd())))
}

func pin(cpu int) {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(cpu)
	unix.SchedSetaffinity(0, &set)
}

// measure runs w for about d and returns CPU and wall time for each body in us.
func measure(cc string, w way, size int, d time.Duration) (float64, float64) {
	sock, peer := connect(cc)
	defer unix.Close(sock)
	done := make(chan struct{})
	go func() {
		defer close(done)
		pin(0)
		trash := make([]byte, 1<<20)
		for {
			n, _, err := unix.Recvfrom(peer, trash, unix.MSG_TRUNC)
			if n <= 0 || err != nil {
				break
			}
		}
		unix.Close(peer)
		// The thread stays pinned, so it ends with this goroutine.
	}()
	res := make(chan [2]float64)
	go func() {
		pin(1)
		w.send(sock, size)
		cpu0, t0, n := threadCPU(), time.Now(), 0
		for time.Since(t0) < d || n == 0 {
			w.send(sock, size)
			n++
		}
		us := float64(time.Microsecond)
		res <- [2]float64{float64(threadCPU()-cpu0) / us / float64(n), float64(time.Since(t0)) / us / float64(n)}
	}()
	r := <-res
	unix.Shutdown(sock, unix.SHUT_WR)
	<-done
	return r[0], r[1]
}

func threadCPU() time.Duration {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts)
	return time.Duration(ts.Nano())
}

func connect(cc string) (int, int) {
	ln := must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0))
	defer unix.Close(ln)
	if err := unix.SetsockoptString(ln, unix.IPPROTO_TCP, unix.TCP_CONGESTION, cc); err != nil {
		log.Fatal(cc, ": ", err)
	}
	unix.Bind(ln, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	unix.Listen(ln, 1)
	peer := must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0))
	if err := unix.Connect(peer, must(unix.Getsockname(ln))); err != nil {
		log.Fatal(err)
	}
	sock, _, err := unix.Accept(ln)
	if err != nil {
		log.Fatal(err)
	}
	unix.SetsockoptInt(sock, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	return sock, peer
}

func writeAll(s int, p ...[]byte) {
	n, err := unix.SendmsgBuffers(s, p, nil, nil, 0)
	total := 0
	for _, b := range p {
		total += len(b)
	}
	if err != nil || n != total {
		log.Fatal("sendmsg: ", n, err)
	}
}

func sendWrite(s, n int) { writeAll(s, head, mem[:n]) }

// sendWritev sends the same in 16 parts.
func sendWritev(s, n int) {
	parts := make([][]byte, 0, 17)
	parts = append(parts, head)
	for i := range 16 {
		parts = append(parts, mem[n*i/16:n*(i+1)/16])
	}
	writeAll(s, parts...)
}

func sendMemfd(s, n int) { sendCorked(s, memfd, n) }
func sendFile(s, n int)  { sendCorked(s, file, n) }

// sendCorked corks for as much as the module does, see its corkMin.
func sendCorked(s, fd, n int) {
	if n > 128<<10 {
		unix.SetsockoptInt(s, unix.IPPROTO_TCP, unix.TCP_CORK, 1)
		defer unix.SetsockoptInt(s, unix.IPPROTO_TCP, unix.TCP_CORK, 0)
	}
	sendFD(s, fd, n)
}

func sendFD(s, fd, n int) {
	if _, err := unix.SendmsgN(s, head, nil, nil, unix.MSG_MORE); err != nil {
		log.Fatal(err)
	}
	var off int64
	for n > 0 {
		m, err := unix.Sendfile(s, fd, &off, n)
		if m <= 0 {
			log.Fatal("sendfile: ", m, err)
		}
		n -= m
	}
}

func sendPread(s, n, chunk int) {
	for off := 0; off < n; {
		p := buf[:min(chunk, n-off)]
		must(unix.Pread(file, p, int64(off)))
		if off == 0 {
			writeAll(s, head, p)
		} else {
			writeAll(s, p)
		}
		off += len(p)
	}
}

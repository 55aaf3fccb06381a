//go:build linux

package main

import (
	"bufio"
	"log"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"time"
)

// calls is how often a server asked the kernel for something, for each request
// of a file it has sent before.
type calls struct {
	Server   string             `json:"server"`
	Requests int                `json:"requests"`
	Each     map[string]float64 `json:"each"`
}

// traced are the calls that open, look at and close files, and those that write.
const traced = "open,openat,openat2,stat,fstat,lstat,newfstatat,statx,fcntl,close,lseek,epoll_ctl,write,writev,sendmsg,sendto,sendfile,setsockopt"

var called = regexp.MustCompile(`^(?:\[pid +\d+\] )?(\w+)\(`)

// countCalls traces the server while one client asks for all sizes in turn.
func countCalls(kind, name, dir, cc string, sizes ...int64) calls {
	s := start(kind, dir, cc)
	defer s.stop()
	var clients []*client
	for _, size := range sizes {
		c := dial(s.addr, size, 0) // and the first request, which opens the file
		defer c.close()
		clients = append(clients, c)
	}
	trace := exec.Command("strace", "-f", "-q", "-e", "signal=none", "-e", "trace="+traced, "-p", strconv.Itoa(s.worker()))
	out, err := trace.StderrPipe()
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(); err != nil {
		log.Fatal("strace: ", err)
	}
	counts := make(chan map[string]float64)
	go func() {
		each := map[string]float64{}
		for sc := bufio.NewScanner(out); sc.Scan(); {
			if m := called.FindStringSubmatch(sc.Text()); m != nil {
				each[m[1]]++
			}
		}
		counts <- each
	}()
	time.Sleep(300 * time.Millisecond)
	res := calls{Server: name}
	for until := time.Now().Add(700 * time.Millisecond); time.Now().Before(until); res.Requests++ {
		clients[res.Requests%len(clients)].request()
	}
	time.Sleep(50 * time.Millisecond)
	trace.Process.Signal(syscall.SIGINT)
	res.Each = <-counts
	trace.Wait()
	for k := range res.Each {
		res.Each[k] /= float64(res.Requests)
	}
	return res
}

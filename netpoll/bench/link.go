//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// link is a cable between two network namespaces, one for a server and one for its clients. What the server sends can be made
// to wait in it, as it does on a network that is longer than a loopback: then the clients' side of the kernel is not run by
// the server's own system calls.
//
// Each run has one of its own. What is left of 18,000 connections would otherwise be there in the next: sockets that wait
// for an end which never comes, and a minute of TIME_WAIT, through which each connect searches for a port until, after a few
// runs, it finds none.
type link struct{ servers, clients string }

const (
	near    = "10.213.77.1"
	farAway = "10.213.77.%d" // from 2 on: a source address for every 4,000 connections
)

// newLink needs root and the command ip.
func newLink() (*link, error) {
	id := fmt.Sprint("netpoll-", os.Getpid())
	l := &link{servers: id + "-s", clients: id + "-c"}
	err := each(
		"ip netns add "+l.servers,
		"ip netns add "+l.clients,
		"ip -n "+l.servers+" link add near type veth peer name far netns "+l.clients,
		"ip -n "+l.servers+" addr add "+near+"/24 dev near",
		"ip -n "+l.servers+" link set near up",
		"ip -n "+l.servers+" link set lo up",
		"ip -n "+l.clients+" link set far up",
	)
	for i := 2; i < 8 && err == nil; i++ {
		err = each("ip -n " + l.clients + " addr add " + fmt.Sprintf(farAway, i) + "/24 dev far")
	}
	if err != nil {
		l.remove()
		return nil, err
	}
	return l, nil
}

// remove ends the connections, whatever their state. The kernel does it after the commands have returned; the next run must
// not pay for it.
func (l *link) remove() {
	exec.Command("ip", "netns", "del", l.clients).Run()
	exec.Command("ip", "netns", "del", l.servers).Run()
	time.Sleep(3 * time.Second)
}

// slow lets what the server sends wait: a packet of 66 bytes takes 130 ms at 4 kbit/s, so 18,000 of them do not arrive while
// they are being sent. The queue holds them all.
func (l *link) slow() error {
	return each("tc -n " + l.servers + " qdisc replace dev near root tbf rate 4kbit burst 1600 limit 100m")
}

// inside is a command of a process in one of the namespaces, or in this one.
func inside(space string, args ...string) *exec.Cmd {
	if space != "" {
		args = append([]string{"ip", "netns", "exec", space}, args...)
	}
	return exec.Command(args[0], args[1:]...)
}

func each(commands ...string) error {
	for _, c := range commands {
		f := strings.Fields(c)
		if out, err := exec.Command(f[0], f[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", c, err, out)
		}
	}
	return nil
}

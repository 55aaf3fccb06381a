//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// link is a cable between this network namespace, where servers listen on near, and one for clients. What a server sends can
// be made to wait in it, as it does on a network that is longer than a loopback: then the clients' side of the kernel is not
// run by the server's own system calls.
type link struct{ space, here, there string }

const (
	near    = "10.213.77.1"
	farAway = "10.213.77.%d" // from 2 on: a source address for every 4,000 connections
)

// newLink needs root and the command ip.
func newLink() (*link, error) {
	id := fmt.Sprint(os.Getpid())
	l := &link{space: "netpoll-" + id, here: "npa" + id, there: "npb" + id}
	err := each(
		"ip netns add "+l.space,
		"ip link add "+l.here+" type veth peer name "+l.there+" netns "+l.space,
		"ip addr add "+near+"/24 dev "+l.here,
		"ip link set "+l.here+" up",
		"ip -n "+l.space+" link set "+l.there+" up",
		"ip -n "+l.space+" link set lo up",
	)
	for i := 2; i < 8 && err == nil; i++ {
		err = each("ip -n " + l.space + " addr add " + fmt.Sprintf(farAway, i) + "/24 dev " + l.there)
	}
	if err != nil {
		l.remove()
		return nil, err
	}
	return l, nil
}

func (l *link) remove() {
	exec.Command("ip", "link", "del", l.here).Run()
	exec.Command("ip", "netns", "del", l.space).Run()
}

// slow lets what is sent from here wait: a packet of 66 bytes takes 130 ms at 4 kbit/s, so 18,000 of them do not arrive while
// they are being sent. The queue holds them all.
func (l *link) slow() error {
	return each("tc qdisc replace dev " + l.here + " root tbf rate 4kbit burst 1600 limit 100m")
}

// quick lets go of what waits; TCP sends it again.
func (l *link) quick() error { return each("tc qdisc del dev " + l.here + " root") }

func each(commands ...string) error {
	for _, c := range commands {
		f := strings.Fields(c)
		if out, err := exec.Command(f[0], f[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", c, err, out)
		}
	}
	return nil
}

package main

import (
	"os"
	"os/exec"
	"sync"
)

// Children are the processes this run started and has not yet seen end. Safe for
// concurrent use. They are ended by their own handle, never by name, so nothing
// else on the machine can be hit: os.Process refuses a process already waited for.
type Children struct {
	mu    sync.Mutex
	procs map[*os.Process]struct{}
	dead  bool
}

// start starts cmd so that it cannot outlive this process (see endWithParent)
// and remembers it until forget.
func (k *Children) start(cmd *exec.Cmd) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead { // kill has run: a late start must not slip past it
		return os.ErrProcessDone
	}
	endWithParent(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	if k.procs == nil {
		k.procs = make(map[*os.Process]struct{})
	}
	k.procs[cmd.Process] = struct{}{}
	return nil
}

// forget is called by whoever waited for the process.
func (k *Children) forget(p *os.Process) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.procs, p)
}

// kill ends all of them at once, and every later start fails. Waiting is left to
// the goroutine that owns each process.
func (k *Children) kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.dead = true
	for p := range k.procs {
		p.Kill()
	}
}

//go:build !linux

package main

import "time"

// Pause waits for points in time as precisely as the runtime's timers do.
type Pause struct{}

func newPause() Pause { return Pause{} }

func (Pause) until(t time.Time) { time.Sleep(time.Until(t)) }

func (Pause) end() {}

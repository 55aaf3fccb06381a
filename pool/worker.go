package pool

import "time"

// worker is one goroutine's state. It is the goroutine's, but while parked it
// belongs to who takes it off the list, and sends to wake once.
type worker struct {
	w     *Workers
	job   job       // what it runs
	wake  chan bool // true: look at the queue; false: end
	since time.Time // it is parked
	hand            // fills two cache lines on 64 bits: neighbours share none
}

// run is the life of a goroutine. A task that panics or calls runtime.Goexit
// unwinds it; then the deferred call sees to what comes next.
func (p *worker) run() {
	defer p.unwound()
	p.loop()
}

func (p *worker) loop() {
	w := p.w
	w.mu.Lock()
	w.crew.searching--
	for w.step(p) {
		w.mu.Unlock()
		p.job.task()
		for task := p.next(); task != nil; task = p.next() {
			p.job.task = task
			task()
		}
		w.mu.Lock()
		w.end(p)
	}
	w.mu.Unlock()
}

// unwound is where a goroutine ends: in peace, by runtime.Goexit or by panic.
func (p *worker) unwound() {
	if p.job.task == nil {
		return
	}
	w := p.w
	if w.Panic != nil {
		if r := recover(); r != nil {
			defer p.replace() // also if the handler panics
			w.Panic(r)
			return
		}
	}
	p.replace()
}

// replace counts p's job as ended and starts a goroutine in the place of p's.
func (p *worker) replace() {
	w := p.w
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(p)
	w.crew.searching++
	go p.run()
}

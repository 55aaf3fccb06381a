package main

import (
	"fmt"
	"strings"
)

// notes say what the table's figures rest on: the run, the machine, the command.
func (r *Report) notes() []string {
	return []string{
		fmt.Sprintf("Medians of %d rounds of %v%s for each variant, in turns, who goes first swapped every round;",
			r.Config.Rounds, r.Round, shortened(r.Config.Duration, r.Round)),
		fmt.Sprintf("interval: bootstrap over rounds; where fewer than %d rounds ran (n), their range.", fewRounds),
		fmt.Sprintf("Load: one process on the same machine, %d of %d requests GET /v1/session, every answer compared byte for byte;",
			sessionShare-1, sessionShare),
		fmt.Sprintf("%s requests answered right, %d failed. The fixed rate is half of plain's maximum, open loop, from the",
			digits(float64(r.answered())), r.failures()),
		fmt.Sprintf("moment each request was due; the client itself sent with a p99 delay of %s µs (plain), %s µs (hot).",
			digits(median(r.series("late_p99_us", "plain"))), digits(median(r.series("late_p99_us", "hot")))),
		"Syscalls: rounds of their own under strace -f -c, untimed, log lines and the runtime's wake-ups included.",
		"Per request: plain: " + r.breakdown("plain") + "; hot: " + r.breakdown("hot") + ".",
		fmt.Sprintf("Memory: fresh servers, %v after %s connections were opened and asked once, then with %d of them more at full", r.Config.Settle, digits(float64(r.Idle)), busy),
		fmt.Sprintf("speed for %v; every idle connection was then asked again and answered.", r.Config.Settle),
		"Machine: " + r.Machine.String() + ".",
		"Command: " + r.Command,
	}
}

func (r *Report) answered() (n uint64) {
	for _, s := range r.Samples {
		n += s.Reply.Requests
	}
	return n
}

// breakdown gives the median of each call that was made at all.
func (r *Report) breakdown(variant string) string {
	calls := make(map[string][]float64)
	for _, s := range r.Samples {
		for name, n := range s.Calls {
			if s.Variant == variant {
				calls[name] = append(calls[name], n)
			}
		}
	}
	var parts []string
	for name := range strings.SplitSeq(writeCalls, ",") {
		if v := calls[name]; len(v) > 0 {
			parts = append(parts, fmt.Sprintf("%s %.3f", name, median(v)))
		}
	}
	if len(parts) == 0 {
		return "n/a"
	}
	return strings.Join(parts, ", ")
}

package pool

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The queue of those who wait against a slice, as any of them may leave it.
func TestSubmittersModel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var q submitters
	var model, away []*submitter
	for range 20_000 {
		if r.IntN(2) == 0 && len(model) < 10 {
			s := new(submitter)
			if len(away) > 0 {
				s, away = away[0], away[1:]
			}
			q.push(s)
			model = append(model, s)
		} else if len(model) > 0 {
			i := r.IntN(len(model))
			q.remove(model[i])
			away = append(away, model[i])
			model = slices.Delete(model, i, i+1)
		}
		var got []*submitter
		for s := q.first; s != nil; s = s.next {
			got = append(got, s)
		}
		if !slices.Equal(got, model) || q.n != len(model) {
			t.Fatalf("%d queued, and %d are said to be; want %d", len(got), q.n, len(model))
		}
		if len(model) > 0 && q.last != model[len(model)-1] {
			t.Fatal("the last one is not the last")
		}
		if slices.ContainsFunc(away, func(s *submitter) bool { return s.queued }) {
			t.Fatal("one that left is said to be queued")
		}
	}
}

// One of many gives up as fast as one of few: thousands of contexts may end at
// once, and each then holds the lock that all tasks need.
func TestSubmittersGiveUpAtOnce(t *testing.T) {
	const limit = 30
	few, many := time.Hour, time.Hour
	for range 5 {
		few, many = min(few, givingUp(t, 1000)), min(many, givingUp(t, 200_000))
	}
	if many > limit*few {
		t.Errorf("of 200,000 submitters 1,000 give up in %v, of 1,000 in %v", many, few)
	}
}

// givingUp is how long the last 1,000 of n submitters take to give up.
func givingUp(t *testing.T, n int) time.Duration {
	var w Workers
	all := make([]*submitter, n)
	for i := range all {
		all[i] = new(submitter)
		w.blocked.push(all[i])
	}
	begin := time.Now()
	for _, s := range all[n-1000:] {
		if !w.giveUp(s) || w.giveUp(s) {
			t.Fatal("a submitter gives up once")
		}
	}
	return time.Since(begin)
}

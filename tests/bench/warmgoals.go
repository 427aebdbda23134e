package main

import (
	"fmt"
	"slices"
	"time"
)

// warmNumber is what a fresh machine with a full bucket may take to build the
// standard library, over 1 Gbit/s.
type warmNumber struct {
	rtt    time.Duration
	most   bound   // seconds
	times  float64 // faster than the best rival; 0: as fast will do
	rivals float64 // what that took when none is here to be measured
}

// The rivals' times are of cacheprog on two cores, see docs/benchmarks.md.
var warmNumbers = []warmNumber{
	{time.Millisecond, bound{}, 1, 2.57},
	{20 * time.Millisecond, bound{1.2, 1.0, "s", 2}, 10, 14.0},
	{50 * time.Millisecond, bound{1.5, 1.2, "s", 2}, 20, 30.7},
	{200 * time.Millisecond, bound{3, 2.2, "s", 2}, 0, 0},
}

const warmRate = 1000 // Mbit/s

func (r *report) warmGoals() []goal {
	var all []goal
	for _, row := range r.mine("warm") {
		if !r.std || row.Route.Mbps != warmRate {
			continue
		}
		for _, n := range warmNumbers {
			if n.rtt == row.Route.RTT {
				all = append(all, r.warmGoal(n, row)...)
			}
		}
	}
	return all
}

func (r *report) warmGoal(n warmNumber, row *row) []goal {
	var all []goal
	what := row.title("fresh machine, full bucket")
	took, known := medianOf(seconds)(row)
	if n.most.most > 0 {
		all = append(all, n.most.goal(what, took, known))
	}
	if n.times == 0 {
		return all
	}
	best, who := r.bestRival(*row.Route, n)
	g := goal{What: what, Target: fmt.Sprintf("at least %.0f times as fast as %s (%.2f s)", n.times, who, best),
		Measured: nothing}
	if known {
		g.Measured = fmt.Sprintf("%.1f times", best/took)
		g.Reached = best/took >= n.times
	}
	return append(all, g)
}

// bestRival is the fastest that was measured in this run, if any was.
func (r *report) bestRival(on route, n warmNumber) (best float64, who string) {
	for _, row := range r.results {
		own := row.Contender == ours("").name || slices.Contains(variantNames(), row.Contender)
		if own || row.Scenario != "warm" || row.Route == nil || *row.Route != on || row.failure() != "" {
			continue
		}
		if took := row.median(seconds); who == "" || took < best {
			best, who = took, row.Contender
		}
	}
	if who == "" {
		return n.rivals, "the best rival once was"
	}
	return best, who
}

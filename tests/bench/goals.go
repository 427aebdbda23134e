package main

import (
	"fmt"
	"slices"
	"time"
)

// goal is a number to show.
type goal struct {
	What     string `json:"what"`
	Target   string `json:"target"`
	Measured string `json:"measured"`
	Reached  bool   `json:"reached"`
}

const (
	hotRatioMax  = 1.3
	fillRatioMax = 1.05
	memoryMaxMB  = 16
	firstLineMax = 2e-3
	binaryMax    = 1e6
)

// bestRival is cacheprog's shortest run on two cores with a round-trip time of
// 1 ms, see docs/benchmarks.md. It serves when no rival is here to be measured.
const (
	bestRival    = 2.57
	bestRivalRTT = time.Millisecond
)

// goals are those whose scenarios have run.
func (r *report) goals() []goal {
	return slices.Concat(r.hotGoals(), r.fillGoals(), r.warmGoals(),
		r.memoryGoals(), r.startGoals(), r.sizeGoals())
}

func (r *report) mine(scenario string) []*row {
	return r.find(scenario, ours("").name)
}

func ratioGoal(what string, row *row, most float64) goal {
	ratio, known := row.ratio()
	return goal{what, fmt.Sprintf("at most %.2f times", most),
		ratio.text(2) + " times", known && ratio.median <= most}
}

func (r *report) hotGoals() []goal {
	var all []goal
	for _, row := range r.mine("hot") {
		all = append(all, ratioGoal("everything local, against go alone", row, hotRatioMax))
	}
	return all
}

func (r *report) fillGoals() []goal {
	var all []goal
	for _, row := range r.mine("fill") {
		all = append(all, ratioGoal(fmt.Sprintf("empty bucket, %v, against compiling", row.Route), row, fillRatioMax))
	}
	return all
}

// warmGoals compares with the fastest rival on the route of the shortest
// round-trip time.
func (r *report) warmGoals() []goal {
	var all []goal
	for _, row := range r.mine("warm") {
		best, who := r.bestRivalOn(*row.Route)
		if row.Route.RTT > bestRivalRTT || who == "" {
			continue
		}
		took := row.median(seconds)
		all = append(all, goal{
			fmt.Sprintf("fresh machine, full bucket, %v", row.Route),
			fmt.Sprintf("at most %.2f s (%s)", best, who),
			fmt.Sprintf("%.2f s", took), row.failure() == "" && took <= best})
	}
	return all
}

// bestRivalOn gives nobody where nothing can be compared.
func (r *report) bestRivalOn(on route) (best float64, who string) {
	for _, row := range r.results {
		if row.Scenario != "warm" || row.Route == nil || *row.Route != on ||
			row.Contender == ours("").name || row.failure() != "" {
			continue
		}
		if took := row.median(seconds); who == "" || took < best {
			best, who = took, row.Contender
		}
	}
	if who == "" && r.std {
		return bestRival, "cacheprog, measured earlier"
	}
	return best, who
}

func (r *report) memoryGoals() []goal {
	var all []goal
	for _, row := range r.results {
		if row.Contender != ours("").name {
			continue
		}
		most := slices.Max(append(row.of(highWaterMB), 0))
		if most == 0 {
			continue
		}
		all = append(all, goal{fmt.Sprintf("peak memory, %s, %v", row.Scenario, row.Route),
			fmt.Sprintf("at most %d MB", memoryMaxMB), fmt.Sprintf("%.1f MB", most), most <= memoryMaxMB})
	}
	return all
}

func (r *report) startGoals() []goal {
	var all []goal
	for _, row := range r.mine("start") {
		took := row.median(seconds)
		all = append(all, goal{"start to the first line", fmt.Sprintf("at most %.0f ms", firstLineMax*1e3),
			fmt.Sprintf("%.2f ms", took*1e3), row.failure() == "" && took <= firstLineMax})
	}
	return all
}

func (r *report) sizeGoals() []goal {
	var all []goal
	for _, size := range r.sizes {
		if size.Contender == ours("").name {
			all = append(all, goal{"binary, CA roots included", fmt.Sprintf("at most %.0f bytes", binaryMax),
				fmt.Sprintf("%d bytes", size.Bytes), size.Bytes <= binaryMax})
		}
	}
	return all
}

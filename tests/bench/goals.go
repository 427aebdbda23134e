package main

import (
	"fmt"
	"slices"
	"strings"
)

// goal is a number to show.
type goal struct {
	What     string `json:"what"`
	Target   string `json:"target"`
	Aim      string `json:"aim"`
	Measured string `json:"measured"`
	Reached  bool   `json:"reached"`
	Aimed    bool   `json:"aim_reached"`
}

func (g goal) verdict() string {
	switch {
	case !g.Reached:
		return "NOT REACHED"
	case g.Aimed:
		return "ok, and the aim"
	}
	return "ok"
}

// bound is what a figure may be at most, and what it is meant to be; an aim of
// 0 is none.
type bound struct {
	most, aim float64
	unit      string
	digits    int
}

var (
	hotRatio    = bound{1.3, 0, "times", 2}
	fillRatio   = bound{1.05, 1.03, "times", 2}
	leafRatio   = bound{1.3, 1.15, "times", 2}
	realAdds    = bound{1.5, 1, "s", 2}
	warmAsked   = bound{20, 10, "requests", 0}
	warmDown    = bound{45, 0, "MB", 1}
	memoryMB    = bound{16, 12, "MB", 1}
	firstLineMS = bound{2, 0, "ms", 2}
	binarySizes = bound{1e6, 800e3, "bytes", 0}
)

func (b bound) text(figure float64) string {
	return fmt.Sprintf("%.*f %s", b.digits, figure, b.unit)
}

func (b bound) goal(what string, figure float64, known bool) goal {
	g := goal{What: what, Target: "at most " + b.text(b.most), Measured: nothing}
	if b.aim > 0 {
		g.Aim = b.text(b.aim)
	}
	if known {
		g.Measured = b.text(figure)
		g.Reached, g.Aimed = figure <= b.most, figure <= b.aim
	}
	return g
}

// goals are those whose scenarios have run.
func (r *report) goals() []goal {
	return slices.Concat(r.warmGoals(), r.realGoals(), r.leafGoals(), r.fillGoals(), r.hotGoals(),
		r.askedGoals(), r.memoryGoals(), r.startGoals(), r.sizeGoals())
}

func (r *report) mine(scenario string) []*row {
	return r.find(scenario, ours("").name)
}

// each makes a goal of every row of ours in a scenario.
func (r *report) each(scenario, what string, b bound, figure func(*row) (float64, bool)) []goal {
	var all []goal
	for _, row := range r.mine(scenario) {
		value, known := figure(row)
		all = append(all, b.goal(row.title(what), value, known))
	}
	return all
}

// title adds the route, if there is one.
func (r *row) title(what string) string {
	if r.Route == nil {
		return what
	}
	return fmt.Sprintf("%s, %v", what, r.Route)
}

func ratioOf(row *row) (float64, bool) {
	ratio, known := row.ratio()
	return ratio.median, known
}

// medianOf is of a figure that was measured if it is above 0.
func medianOf(figure func(sample) float64) func(*row) (float64, bool) {
	return func(row *row) (float64, bool) {
		median := row.median(figure)
		return median, row.failure() == "" && median > 0
	}
}

func (r *report) hotGoals() []goal {
	return r.each("hot", "everything local, against go alone", hotRatio, ratioOf)
}

func (r *report) fillGoals() []goal {
	return r.each("fill", "empty bucket, against compiling", fillRatio, ratioOf)
}

func (r *report) leafGoals() []goal {
	return r.each("leaf", "one leaf package changed, against all else hot", leafRatio, ratioOf)
}

func (r *report) realGoals() []goal {
	return r.each("real", "real module, added to go alone hot", realAdds, func(row *row) (float64, bool) {
		known := row.failure() == "" && row.against.failure() == ""
		return row.median(seconds) - row.against.median(seconds), known
	})
}

func (r *report) askedGoals() []goal {
	all := r.worst("asked for at most, ", warmAsked, requests, "warm", "real", "test")
	if r.std {
		all = append(all, r.worst("brought at most, ", warmDown, downMB, "warm")...)
	}
	return all
}

// memoryGoals takes scenarios together that differ in an amount only.
func (r *report) memoryGoals() []goal {
	var kinds []string
	for _, row := range r.results {
		if kind := row.kind(); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return r.worst("peak memory, ", memoryMB, highWaterMB, kinds...)
}

// kind is the scenario without what follows a number or a comma.
func (r *row) kind() string {
	end := strings.IndexAny(r.Scenario, ",0123456789")
	if end < 0 {
		return r.Scenario
	}
	return strings.TrimSpace(r.Scenario[:end])
}

// worst makes a goal of the largest figure that any run of ours in scenarios
// of one kind has, on whatever line.
func (r *report) worst(what string, b bound, figure func(sample) float64, kinds ...string) []goal {
	var all []goal
	for _, kind := range kinds {
		most := 0.0
		for _, row := range r.results {
			if row.kind() == kind && row.Contender == ours("").name {
				most = slices.Max(append(row.of(figure), most))
			}
		}
		if most > 0 {
			all = append(all, b.goal(what+kind, most, true))
		}
	}
	return all
}

func (r *report) startGoals() []goal {
	return r.each("start", "start to the first line", firstLineMS,
		medianOf(func(s sample) float64 { return s.Seconds * 1e3 }))
}

func (r *report) sizeGoals() []goal {
	var all []goal
	for _, size := range r.sizes {
		if size.Contender == ours("").name {
			all = append(all, binarySizes.goal("binary, CA roots included", float64(size.Bytes), true))
		}
	}
	return all
}

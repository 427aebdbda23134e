package main

import (
	"maps"
	"slices"
	"time"
)

// series is one contender in the drawing of warm runs.
type series struct {
	name    string
	seconds map[time.Duration]float64
	level   bool // one value, wherever the server is
}

// levels are what go alone takes, with the names of their rows.
var levels = []struct{ scenario, name string }{
	{"compile", "go alone, nothing local"},
	{"warm", "go alone, everything local"},
}

// warmSeries are all contenders over the first scheme and rate, gocache-s3
// over the other scheme too, and go alone.
func (r *report) warmSeries() []series {
	var all []series
	for _, row := range r.results {
		if row.Scenario != "warm" || row.Route == nil || row.failure() != "" {
			continue
		}
		first := r.firstWarm()
		name, same := row.Contender, row.Route.Scheme == first.Scheme
		if !same {
			name += ", " + row.Route.Scheme
		}
		if row.Route.Mbps == first.Mbps && (same || row.Contender == ours("").name) {
			all = addTo(all, name, row)
		}
	}
	for _, level := range levels {
		for _, row := range r.find(level.scenario, alone.name) {
			all = append(all, series{level.name, map[time.Duration]float64{0: row.median(seconds)}, true})
		}
	}
	return all
}

// firstWarm is the line that the drawing is about.
func (r *report) firstWarm() *route {
	for _, row := range r.results {
		if row.Scenario == "warm" && row.Route != nil {
			return row.Route
		}
	}
	return nil
}

func addTo(all []series, name string, row *row) []series {
	i := slices.IndexFunc(all, func(s series) bool { return s.name == name })
	if i < 0 {
		i = len(all)
		all = append(all, series{name: name, seconds: map[time.Duration]float64{}})
	}
	all[i].seconds[row.Route.RTT] = row.median(seconds)
	return all
}

// rttsOf are all round-trip times, in order.
func rttsOf(all []series) []time.Duration {
	seen := map[time.Duration]bool{}
	for _, s := range all {
		for rtt := range s.seconds {
			if !s.level {
				seen[rtt] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// secondsOf are all values, in order.
func secondsOf(all []series) []float64 {
	var values []float64
	for _, s := range all {
		values = slices.AppendSeq(values, maps.Values(s.seconds))
	}
	slices.Sort(values)
	return values
}

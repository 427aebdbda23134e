package main

import (
	"encoding/json"
	"slices"
)

// Runs that take so many seconds are reported when they end.
const progressFrom = 1

// sample is one run.
type sample struct {
	Seconds      float64         `json:"seconds"`
	TailSeconds  float64         `json:"tail_seconds"` // helper's processes after go ended
	GoCPU        float64         `json:"go_cpu_seconds"`
	HelperCPU    float64         `json:"helper_cpu_seconds"`
	FarCPU       float64         `json:"far_cpu_seconds"`   // of servers and line
	OtherCPU     float64         `json:"other_cpu_seconds"` // of processes that are not ours
	Proportional int64           `json:"peak_pss_bytes"`
	HighWater    int64           `json:"peak_hwm_bytes"`
	Connections  int64           `json:"connections"`
	AtOnce       int64           `json:"connections_at_once"`
	Up           int64           `json:"bytes_up"`
	Down         int64           `json:"bytes_down"`
	Flying       int64           `json:"bytes_down_on_the_way"` // at one time
	DownMbps     float64         `json:"down_mbps"`             // in the best span of time
	Requests     int64           `json:"requests"`              // -1: nobody counted
	Entries      int             `json:"entries,omitempty"`     // that were put or got, if known
	Compiled     int             `json:"compiled"`              // packages, by the go command
	Tested       int             `json:"tested"`                // packages whose tests were run
	Stats        json.RawMessage `json:"stats,omitempty"`       // what gocache-s3 says of itself
	Said         string          `json:"said,omitempty"`        // last line of go or helper
	Failure      string          `json:"failure,omitempty"`
}

// row is all runs of one contender in one scenario on one route.
type row struct {
	Number    int      `json:"number"`
	Against   int      `json:"against,omitempty"`
	Scenario  string   `json:"scenario"`
	Contender string   `json:"contender"`
	Route     *route   `json:"route,omitempty"`
	Samples   []sample `json:"samples"`
	who       contender
	against   *row // the one that was run in turns with it, or nil
}

func (r *row) add(s sample) {
	r.Samples = append(r.Samples, s)
	if s.Seconds > progressFrom {
		progress("  %-8s %-16s %-26s %6.2f s %s", r.Scenario, r.Contender, r.on(), s.Seconds, s.Failure)
	}
}

// on is the route in words.
func (r *row) on() string {
	if r.Route == nil {
		return "-"
	}
	return r.Route.String()
}

// of lists one figure of all runs that did not fail.
func (r *row) of(figure func(sample) float64) []float64 {
	var list []float64
	for _, s := range r.Samples {
		if s.Failure == "" {
			list = append(list, figure(s))
		}
	}
	return list
}

func (r *row) failure() string {
	for _, s := range r.Samples {
		if s.Failure != "" {
			return s.Failure
		}
	}
	return ""
}

// spread is a median with what lies around it: the quartiles where there are
// enough values, else least and most.
type spread struct{ median, low, high float64 }

func spreadOf(list []float64) spread {
	if len(list) == 0 {
		return spread{}
	}
	sorted := slices.Sorted(slices.Values(list))
	n := len(sorted)
	outer := 0
	if n >= 8 {
		outer = n / 4
	}
	return spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[outer], sorted[n-1-outer]}
}

// ratio compares with the row that this one was run in turns with: ratio of
// the medians, spread of the ratios of each turn.
func (r *row) ratio() (spread, bool) {
	if r.against == nil || r.failure() != "" || r.against.failure() != "" {
		return spread{}, false
	}
	var turns []float64
	for i, s := range r.Samples {
		turns = append(turns, s.Seconds/r.against.Samples[i].Seconds)
	}
	s := spreadOf(turns)
	s.median = r.median(seconds) / r.against.median(seconds)
	return s, true
}

func (r *row) median(figure func(sample) float64) float64 {
	return spreadOf(r.of(figure)).median
}

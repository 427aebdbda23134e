package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// report is everything that was measured.
type report struct {
	about   []fact
	std     bool // what is built is the standard library
	sizes   []binarySize
	results []*row
}

type fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type binarySize struct {
	Contender string `json:"contender"`
	Bytes     int64  `json:"bytes"`
}

func (r *report) describe(b *bench) error {
	r.std = b.module == "std"
	version, _ := exec.Command("go", "version").Output()
	r.about = []fact{
		{"machine", fmt.Sprintf("%d CPUs, %s", runtime.NumCPU(), cpuName())},
		{"load before", loadAverage()},
		{"go", strings.TrimSpace(string(version))},
		{"builds", b.module},
		{"real module", b.real},
		{"server", b.server},
		{"runs", fmt.Sprintf("%d, hot %d, starts %d", b.runs, b.hotRuns, b.starts)},
	}
	return r.describeLines(b)
}

// describeLines says what lines of the wanted rates really carry here.
func (r *report) describeLines(b *bench) error {
	seen := map[float64]bool{}
	for _, route := range slices.Concat(b.routes(b.usual[:1]), b.routes(nil, b.also...)) {
		if seen[route.Mbps] {
			continue
		}
		seen[route.Mbps] = true
		mbps, err := carried(route)
		if err != nil {
			return err
		}
		r.about = append(r.about, fact{"line", fmt.Sprintf("%v carries %.0f Mbit/s", route, mbps)})
	}
	return nil
}

func cpuName() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	_, rest, _ := strings.Cut(string(text), "model name\t: ")
	name, _, _ := strings.Cut(rest, "\n")
	return name
}

func loadAverage() string {
	text, _ := os.ReadFile("/proc/loadavg")
	return strings.Join(strings.Fields(string(text))[:3], " ")
}

func (r *report) row(scenario string, on *route, who contender) *row {
	added := &row{Number: len(r.results) + 1, Scenario: scenario, Contender: who.name, Route: on, who: who}
	r.results = append(r.results, added)
	return added
}

func (r *report) rows(scenario string, on *route, all []contender) []*row {
	var added []*row
	for _, who := range all {
		added = append(added, r.row(scenario, on, who))
	}
	return added
}

// find gives the rows of one scenario and contender.
func (r *report) find(scenario, contender string) []*row {
	var found []*row
	for _, row := range r.results {
		if row.Scenario == scenario && row.Contender == contender {
			found = append(found, row)
		}
	}
	return found
}

// document is a report as -json writes it and -from reads it.
type document struct {
	About []fact       `json:"about"`
	Std   bool         `json:"std"`
	Sizes []binarySize `json:"sizes"`
	Rows  []*row       `json:"rows"`
	Goals []goal       `json:"goals"`
}

func (r *report) writeJSON(path string) error {
	for _, row := range r.results {
		if row.against != nil {
			row.Against = row.against.Number
		}
	}
	text, err := json.MarshalIndent(document{r.about, r.std, r.sizes, r.results, r.goals()}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func readReport(path string) (*report, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for _, row := range d.Rows {
		if row.Against > 0 && row.Against <= len(d.Rows) {
			row.against = d.Rows[row.Against-1]
		}
	}
	return &report{d.About, d.Std, d.Sizes, d.Rows}, nil
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"text/tabwriter"
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

func (r *report) describe(b *bench) {
	r.std = b.module == "std"
	version, _ := exec.Command("go", "version").Output()
	r.about = []fact{
		{"machine", fmt.Sprintf("%d CPUs, %s", runtime.NumCPU(), cpuName())},
		{"load before", loadAverage()},
		{"go", strings.TrimSpace(string(version))},
		{"builds", b.module},
		{"server", b.server},
		{"runs", fmt.Sprintf("%d, hot %d, starts %d", b.runs, b.hotRuns, b.starts)},
	}
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
	added := &row{Scenario: scenario, Contender: who.name, Route: on, who: who}
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

// columns of the large table.
var columns = []struct {
	title string
	text  func(*row) string
}{
	{"what", func(r *row) string { return r.Scenario }},
	{"who", func(r *row) string { return r.Contender }},
	{"route", (*row).on},
	{"seconds", (*row).took},
	{"ratio", func(r *row) string {
		if ratio, known := r.ratio(); known {
			return ratio.text(2)
		}
		return "-"
	}},
	{"compiled", func(r *row) string { return r.number(0, func(s sample) float64 { return float64(s.Compiled) }) }},
	{"tail s", func(r *row) string { return r.number(2, func(s sample) float64 { return s.TailSeconds }) }},
	{"CPU s go", func(r *row) string { return r.number(2, func(s sample) float64 { return s.GoCPU }) }},
	{"helper", func(r *row) string { return r.number(3, func(s sample) float64 { return s.HelperCPU }) }},
	{"far side", func(r *row) string { return r.number(2, func(s sample) float64 { return s.FarCPU }) }},
	{"others", func(r *row) string { return r.number(2, func(s sample) float64 { return s.OtherCPU }) }},
	{"peak MB Pss", func(r *row) string {
		return r.number(1, func(s sample) float64 { return float64(s.Proportional) / 1e6 })
	}},
	{"HWM", func(r *row) string { return r.number(1, highWaterMB) }},
	{"conns", func(r *row) string { return r.number(0, func(s sample) float64 { return float64(s.Connections) }) }},
	{"requests", func(r *row) string { return r.number(0, func(s sample) float64 { return float64(s.Requests) }) }},
	{"MB up", func(r *row) string { return r.number(1, func(s sample) float64 { return float64(s.Up) / 1e6 }) }},
	{"down", func(r *row) string { return r.number(1, func(s sample) float64 { return float64(s.Down) / 1e6 }) }},
}

func highWaterMB(s sample) float64 { return float64(s.HighWater) / 1e6 }

// text is "median (low-high)", or the median alone if there is no more.
func (s spread) text(digits int) string {
	if s.low == s.high {
		return fmt.Sprintf("%.*f", digits, s.median)
	}
	return fmt.Sprintf("%.*f (%.*f-%.*f)", digits, s.median, digits, s.low, digits, s.high)
}

// took is in seconds, with the digits that tell times of its size apart.
func (r *row) took() string {
	s := spreadOf(r.of(seconds))
	switch {
	case s.median == 0:
		return "-"
	case s.median < 0.1:
		return s.text(5)
	}
	return s.text(2)
}

// number is a median; nothing was measured where it is not above 0.
func (r *row) number(digits int, figure func(sample) float64) string {
	median := r.median(figure)
	if median <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, median)
}

func (r *report) print(out io.Writer) {
	for _, fact := range append(r.about, fact{"load after", loadAverage()}) {
		fmt.Fprintf(out, "%-12s %s\n", fact.Name, fact.Value)
	}
	fmt.Fprintln(out)
	r.printRows(out)
	fmt.Fprintln(out)
	r.printGoals(out)
}

func (r *report) printRows(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	for _, column := range columns {
		fmt.Fprint(table, column.title, "\t")
	}
	fmt.Fprintln(table)
	for _, row := range r.results {
		for _, column := range columns {
			fmt.Fprint(table, column.text(row), "\t")
		}
		if why := row.failure(); why != "" {
			fmt.Fprint(table, "FAILED: ", why)
		}
		fmt.Fprintln(table)
	}
}

func (r *report) printGoals(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "number to show\ttarget\tmeasured\t")
	for _, g := range r.goals() {
		verdict := "ok"
		if !g.Reached {
			verdict = "NOT REACHED"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", g.What, g.Target, g.Measured, verdict)
	}
}

func (r *report) writeJSON(path string) error {
	text, err := json.MarshalIndent(map[string]any{
		"about": r.about, "sizes": r.sizes, "rows": r.results, "goals": r.goals(),
	}, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// column of the large table.
type column struct {
	title string
	text  func(*row) string
}

// nothing is what stands where nothing was measured.
const nothing = "-"

var columns = []column{
	{"what", func(r *row) string { return r.Scenario }},
	{"who", func(r *row) string { return r.Contender }},
	{"route", (*row).on},
	{"seconds", (*row).took},
	{"ratio", (*row).ratioText},
	number("compiled", 0, func(s sample) float64 { return float64(s.Compiled) }),
	number("tested", 0, func(s sample) float64 { return float64(s.Tested) }),
	number("tail s", 2, func(s sample) float64 { return s.TailSeconds }),
	number("CPU s go", 2, func(s sample) float64 { return s.GoCPU }),
	number("helper", 3, func(s sample) float64 { return s.HelperCPU }),
	number("us/entry", 0, microsPerEntry),
	number("far side", 2, func(s sample) float64 { return s.FarCPU }),
	number("others", 2, func(s sample) float64 { return s.OtherCPU }),
	number("peak MB Pss", 1, func(s sample) float64 { return float64(s.Proportional) / 1e6 }),
	number("HWM", 1, highWaterMB),
	number("conns", 0, func(s sample) float64 { return float64(s.Connections) }),
	number("at once", 0, func(s sample) float64 { return float64(s.AtOnce) }),
	number("requests", 0, requests),
	number("MB up", 1, func(s sample) float64 { return float64(s.Up) / 1e6 }),
	number("down", 1, downMB),
	number("on the way", 2, func(s sample) float64 { return float64(s.Flying) / 1e6 }),
	number("Mbit/s", 0, func(s sample) float64 { return s.DownMbps }),
}

func seconds(s sample) float64     { return s.Seconds }
func highWaterMB(s sample) float64 { return float64(s.HighWater) / 1e6 }
func requests(s sample) float64    { return float64(s.Requests) }
func downMB(s sample) float64      { return float64(s.Down) / 1e6 }

// microsPerEntry is CPU time of the helper.
func microsPerEntry(s sample) float64 {
	if s.Entries == 0 {
		return 0
	}
	return s.HelperCPU * 1e6 / float64(s.Entries)
}

// number is a column of medians; nothing was measured where one is not above 0.
func number(title string, digits int, figure func(sample) float64) column {
	return column{title, func(r *row) string {
		median := r.median(figure)
		if median <= 0 {
			return nothing
		}
		return fmt.Sprintf("%.*f", digits, median)
	}}
}

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
		return nothing
	case s.median < 0.1:
		return s.text(5)
	}
	return s.text(2)
}

func (r *row) ratioText() string {
	if ratio, known := r.ratio(); known {
		return ratio.text(2)
	}
	return nothing
}

func (r *report) print(out io.Writer) {
	for _, fact := range r.about {
		fmt.Fprintf(out, "%-12s %s\n", fact.Name, fact.Value)
	}
	fmt.Fprintln(out)
	r.printRows(out)
	fmt.Fprintln(out)
	r.printGoals(out)
}

func (r *report) printRows(out io.Writer) {
	used := slices.DeleteFunc(slices.Clone(columns), func(c column) bool {
		return !slices.ContainsFunc(r.results, func(row *row) bool { return c.text(row) != nothing })
	})
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	for _, column := range used {
		fmt.Fprint(table, column.title, "\t")
	}
	fmt.Fprintln(table)
	for _, row := range r.results {
		for _, column := range used {
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
	fmt.Fprintln(table, "number to show\ttarget\taim\tmeasured\t")
	for _, g := range r.goals() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", g.What, g.Target, g.Aim, g.Measured, g.verdict())
	}
}

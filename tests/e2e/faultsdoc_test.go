package e2e

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// faultsPage is what a kind of table in docs/faults.md has, by its head: a row
// for each fault, with what the tests promise of it.
var faultsPage = map[string]struct {
	read func(cells []string) string // what of a row is compared
	rows []string
}{
	"| answer | once, then right answers | always | said |": {
		func(c []string) string {
			return faultRow(c[0], c[1], strings.Contains(c[2], "then a miss"), strings.Contains(c[2], "given up"), c[3])
		},
		rowsOf(faults, func(f fault) string {
			return faultRow(f.name, map[verdict]string{
				either: "either", yes: "had, or stored, at the next try", no: "not tried again",
			}[f.heals], f.isTriedAgain(), f.off, map[verdict]string{either: "at most a line", yes: "a line"}[f.told])
		}),
	},
	"| answer | the get is |": {outcome, rowsOf(oddities, func(o oddity) string {
		return o.name + ": " + map[verdict]string{yes: "a hit", no: "a miss", late: "a miss", either: "a hit or a miss"}[o.hit]
	})},
	"| server | outcome |": {outcome, rowsOf(tlsCases, func(c tlsCase) string {
		return c.name + ": " + map[bool]string{true: "works", false: "refused, with a line that says why"}[c.good]
	})},
	"| proxy | promise |": {name, rowsOf(proxyFaults, func(f proxyFault) string { return f.name })},
	"| fault | then |": {name, slices.Concat(
		rowsOf(grantFaults, func(f grantFault) string { return f.name }),
		rowsOf(processFaults, func(f processFault) string { return f.name }))},
	"| the snapshot, or a table in it | lost |": {outcome, rowsOf(slices.Concat(textSpoils, tableSpoils), func(p spoil) string {
		return p.name + ": " + map[string]string{
			fmt.Sprint(nothing): "nothing", fmt.Sprint(everything): "all of it",
			fmt.Sprint(inPacks): "what lies in packs", fmt.Sprint(firstPack): "what lies beside it",
		}[fmt.Sprint(p.lost)]
	})},
	"| of a block | lost |": {outcome, rowsOf(blockSpoils, func(p spoil) string {
		return inEitherPlace(p) + ": what lies beside it"
	})},
	"| answer | lost |": {outcome, rowsOf(answerSpoils, func(p spoil) string {
		return inEitherPlace(p) + ": what was asked for"
	})},
}

func faultRow(name, once string, again, off bool, said string) string {
	return fmt.Sprintf("%s: once %s; tried again %v; given up %v; %s", name, once, again, off, said)
}

func name(cells []string) string { return cells[0] }

func outcome(cells []string) string { return cells[0] + ": " + cells[1] }

// inEitherPlace is the name of what is tried in the snapshot and in packs.
func inEitherPlace(p spoil) string {
	_, name, _ := strings.Cut(p.name, ": ")
	return name
}

func rowsOf[T any](all []T, row func(T) string) []string {
	var rows []string
	for _, one := range all {
		rows = append(rows, row(one))
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

var testName = regexp.MustCompile("`(Test[A-Za-z0-9]+|test_[a-z0-9_]+)`")

// Every row of docs/faults.md either names its tests, which exist, or is a
// fault of the tests' own tables, with the promise that they check; and none
// of those is missing.
func TestFaultsAreDocumented(t *testing.T) {
	t.Parallel()
	page := readText(t, "../../docs/faults.md")
	tables := tablesOf(page)
	delete(tables, "| in bounded time | means |")
	for head, rows := range tables {
		var told []string
		for _, row := range rows {
			if kind, known := faultsPage[head]; !testName.MatchString(row) {
				if !known {
					t.Errorf("docs/faults.md names no test in %s", row)
					continue
				}
				told = append(told, kind.read(strings.Split(strings.Trim(row, "| "), " | ")))
			}
		}
		compareRows(t, told, faultsPage[head].rows)
	}
	for head := range faultsPage {
		if tables[head] == nil {
			t.Errorf("docs/faults.md has no table %s", head)
		}
	}
	sources := testSources(t)
	for _, name := range testName.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(sources, "func "+name[1]+"(") && !strings.Contains(sources, "unit/"+name[1]+".c\n") {
			t.Errorf("docs/faults.md names %s, which does not exist", name[1])
		}
	}
}

// compareRows wants each row once, in whatever order.
func compareRows(t *testing.T, got, want []string) {
	t.Helper()
	for _, row := range want {
		if !slices.Contains(got, row) {
			t.Errorf("docs/faults.md lacks %q", row)
		}
	}
	seen := map[string]bool{}
	for _, row := range got {
		if seen[row] || !slices.Contains(want, row) {
			t.Errorf("docs/faults.md has %q twice, or no test has it", row)
		}
		seen[row] = true
	}
}

// tablesOf is the rows of a page's tables, by the tables' heads.
func tablesOf(page string) map[string][]string {
	tables := map[string][]string{}
	head := ""
	for _, line := range lines(page) {
		switch {
		case !strings.HasPrefix(line, "|"):
			head = ""
		case head == "":
			head = line
		case !strings.HasPrefix(line, "| ---"):
			tables[head] = append(tables[head], line)
		}
	}
	return tables
}

// testSources is the text of these tests, and the names of the unit tests.
func testSources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	names, _ := filepath.Glob("*_test.go")
	for _, name := range names {
		all.WriteString(readText(t, name))
	}
	units, _ := filepath.Glob("../unit/test_*.c")
	for _, name := range units {
		fmt.Fprintln(&all, name)
	}
	return all.String()
}

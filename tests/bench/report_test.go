package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestRoundNumbersAround(t *testing.T) {
	for value, want := range map[float64][2]float64{0.41: {0.2, 0.5}, 1: {1, 1}, 3: {2, 5}, 59: {50, 100}, 127.6: {100, 200}} {
		below, above := roundBelow(value), roundAbove(value)
		if math.Abs(below/want[0]-1) > 1e-9 || math.Abs(above/want[1]-1) > 1e-9 {
			t.Errorf("%g lies between %g and %g", value, below, above)
		}
	}
}

func TestTestsThatRanAreCounted(t *testing.T) {
	var s sample
	s.listen("ok  \tm/a\t(cached)\nok  \tm/b\t0.328s\nFAIL\tm/c\t53.774s\n?   \tm/d\t[no test files]\n" +
		"/x/compile -o $WORK/b001\n")
	if s.Tested != 2 || s.Compiled != 1 {
		t.Errorf("%+v", s)
	}
}

func TestOwnCountsServeWhereNobodyElseCounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stats")
	for counted, want := range map[int64]int64{-1: 15, 14: 14} {
		text := `{"mirror":{"requests":3}}` + "\n" + `{"mirror":{"requests":15}}` + "\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := sample{Requests: counted}
		s.takeStats(file)
		if s.Requests != want || len(s.Stats) == 0 {
			t.Errorf("%d counted: %d requests, %s", counted, s.Requests, s.Stats)
		}
	}
}

// A report that comes back from its file says the same.
func TestReportSurvivesItsFile(t *testing.T) {
	r := report{std: true}
	hot := r.row("warm", nil, alone)
	hot.add(sample{Seconds: 0.5})
	near, far := route{"http", 0, warmRate, false}, route{"http", 20 * time.Millisecond, warmRate, false}
	for _, on := range []*route{&near, &far} {
		row := r.row("warm", on, ours(""))
		row.against = hot
		row.add(sample{Seconds: 0.75, Requests: 12})
	}
	file := filepath.Join(t.TempDir(), "figures.json")
	if err := r.writeJSON(file); err != nil {
		t.Fatal(err)
	}
	back, err := readReport(file)
	if err != nil {
		t.Fatal(err)
	}
	if ratio, known := back.mine("warm")[1].ratio(); !known || ratio.median != 1.5 {
		t.Errorf("the ratio is %+v, %v", ratio, known)
	}
	if goals := back.goals(); len(goals) != len(r.goals()) || goals[0] != r.goals()[0] {
		t.Errorf("other goals: %+v", goals)
	}
	if err := back.drawWarm(filepath.Join(t.TempDir(), "warm.svg")); err != nil {
		t.Error(err)
	}
}

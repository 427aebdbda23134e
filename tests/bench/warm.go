package main

import (
	"fmt"
	"time"
)

// measureWarm builds on fresh machines out of full buckets, on many lines.
func (b *bench) measureWarm() error {
	w := warmWork{scenario: "warm", work: b.work, routes: b.routes(b.rtts, b.also...)}
	if b.wants("fill") {
		return b.warm(w) // which has compiled
	}
	return b.warmAndCold(w, "compile")
}

// measureReal does the same with a program of some hundred packages.
func (b *bench) measureReal() error {
	return b.warmAndCold(warmWork{scenario: "real", work: b.realWork, routes: b.routes(b.usual)}, "compile real")
}

// measureTest wants results of tests that are known.
func (b *bench) measureTest() error {
	return b.warmAndCold(warmWork{scenario: "test", work: b.testWork, routes: b.routes(b.usual)}, "run tests")
}

// warmWork is work that is done out of full buckets.
type warmWork struct {
	scenario string
	work     work
	routes   []route
}

func (b *bench) warmAndCold(w warmWork, cold string) error {
	if b.coldRuns > 0 {
		compile := b.report.row(cold, nil, alone)
		for range b.coldRuns {
			if err := b.compileOnce(compile, w.work, 0); err != nil {
				return err
			}
		}
	}
	return b.warm(w)
}

// warm compares with the go command alone where it has everything, in turns.
func (b *bench) warm(w warmWork) error {
	hot := b.report.row(w.scenario, nil, alone)
	rows := b.warmRows(w.scenario, w.routes, hot)
	for range b.runs {
		run, err := b.hotOnce(w.work, alone)
		if err != nil {
			return err
		}
		hot.add(run)
		for _, row := range rows {
			run, err := b.warmOnce(row, w.work, 0)
			if err != nil {
				return err
			}
			row.add(run.allFound())
		}
	}
	return nil
}

// warmRows begins a row for each helper on each route, but for those that
// would wait there for minutes.
func (b *bench) warmRows(scenario string, routes []route, against *row) []*row {
	var all []*row
	for _, r := range routes {
		for _, who := range b.warming() {
			if who.single && r.RTT > b.slowest {
				continue
			}
			row := b.report.row(scenario, &r, who)
			row.against = against
			all = append(all, row)
		}
	}
	return all
}

// warmOnce does work on a fresh machine out of a bucket that is full of it.
func (b *bench) warmOnce(row *row, w work, cpus int) (run sample, err error) {
	full, err := b.stockOf(row.Route.Scheme, w, row.who)
	if err != nil {
		return run, err
	}
	err = b.travel(*row.Route, func(m machine, l *line) error {
		run = b.build(trial{row.who, w, m, b.at(row.Route.Scheme, full.bucket, l), l, true, cpus})
		return nil
	})
	if full.failure != "" {
		run.Failure = full.failure
	}
	return run, err
}

// allFound makes a failure of a run that had to do anything itself.
func (s sample) allFound() sample {
	if s.Failure == "" && s.Compiled+s.Tested > 0 {
		s.Failure = fmt.Sprintf("%d packages were compiled, %d tested", s.Compiled, s.Tested)
	}
	return s
}

// measureLeaf changes one package before each run; everything else is in the
// bucket, and on the machine of the go command alone. In a new checkout all
// files are new, which go's index of a module goes by.
func (b *bench) measureLeaf() error {
	hot := b.report.row("leaf", nil, alone)
	rows := b.warmRows("leaf", b.routes(b.usual), hot)
	for _, r := range b.routes(b.usual) {
		row := b.report.row("leaf, new checkout", &r, ours(b.program))
		row.against = hot
		rows = append(rows, row)
	}
	for _, row := range rows {
		if _, err := b.stockOf(row.Route.Scheme, b.leafWork(row), row.who); err != nil {
			return err
		}
	}
	for range b.runs {
		if err := b.changeLeaf(b.checkout.dated); err != nil {
			return err
		}
		run, err := b.hotOnce(b.realWork, alone)
		if err != nil {
			return err
		}
		hot.add(run)
		for _, row := range rows {
			if err := b.leafOnce(row); err != nil {
				return err
			}
		}
	}
	return b.checkout.restore()
}

// leafWork is what a row does. New checkouts have a bucket of their own, since a
// run fetches what the one before it used.
func (b *bench) leafWork(row *row) work {
	w := b.realWork
	if row.Scenario != "leaf" {
		w.name += ", new checkout"
	}
	return w
}

func (b *bench) leafOnce(row *row) error {
	date := b.checkout.dated
	if row.Scenario != "leaf" {
		date = time.Now().Add(-newFiles)
	}
	if err := b.changeLeaf(date); err != nil {
		return err
	}
	run, err := b.warmOnce(row, b.leafWork(row), 0)
	row.add(run)
	return err
}

func (b *bench) changeLeaf(date time.Time) error {
	if err := b.checkout.date(date); err != nil {
		return err
	}
	return b.checkout.change()
}

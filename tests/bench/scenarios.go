package main

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// measure runs the scenarios that are asked for, the cheap ones first.
func (b *bench) measure() error {
	steps := map[string]func() error{
		"size": b.measureSize, "start": b.measureStart, "artifact": b.measureArtifact,
		"fill": b.measureFill, "warm": b.measureWarm, "hot": b.measureHot,
		"real": b.measureReal, "leaf": b.measureLeaf, "test": b.measureTest,
		"grow": b.measureGrowth, "census": b.measureCensus, "fair": b.measureFairness,
	}
	for _, name := range scenarioNames {
		if !b.wants(name) {
			continue
		}
		progress("%s:", name)
		if err := steps[name](); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (b *bench) measureSize() error {
	for _, who := range b.sharing() {
		info, err := os.Stat(who.command[0])
		if err != nil {
			return err
		}
		b.report.sizes = append(b.report.sizes, binarySize{who.name, info.Size()})
	}
	return nil
}

// measureStart starts helpers in turns, up to their first line.
func (b *bench) measureStart() error {
	scheme := b.schemes[0]
	bucket, err := b.running[scheme].newBucket()
	if err != nil {
		return err
	}
	all := append([]contender{lookup(b.lookup)}, b.sharing()...)
	rows := b.report.rows("start", nil, all)
	return b.onFresh(func(m machine) error {
		for range b.starts {
			for i, who := range all {
				rows[i].add(b.startOnce(trial{who: who, machine: m, place: b.at(scheme, bucket, nil)}))
			}
		}
		return nil
	})
}

func (b *bench) startOnce(t trial) sample {
	s, err := b.startHelper(t)
	if err != nil {
		return sample{Failure: err.Error()}
	}
	usage, err := s.end()
	usage.Seconds = s.first.Seconds()
	if err != nil {
		usage.Failure = err.Error()
	}
	return usage
}

// measureArtifact stores one large artifact, and fetches it on a machine that
// does not have it.
func (b *bench) measureArtifact() error {
	large, err := newArtifact(b.artifactMB * 1e6)
	if err != nil {
		return err
	}
	r := b.oneRoute()
	size := fmt.Sprintf(" %d MB", b.artifactMB)
	for _, who := range b.sharing() {
		bucket, err := b.running[r.Scheme].newBucket()
		if err != nil {
			return err
		}
		put, get := b.report.row("put"+size, &r, who), b.report.row("get"+size, &r, who)
		err = errors.Join(
			b.move(put, bucket, func(s *session) error { return s.put(large) }),
			b.move(get, bucket, func(s *session) error { return s.get(large) }))
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) move(row *row, bucket string, do func(*session) error) error {
	return b.travel(*row.Route, func(m machine, l *line) error {
		place := b.at(row.Route.Scheme, bucket, l)
		row.add(b.moveOnce(trial{who: row.who, machine: m, place: place, line: l, watched: true}, do))
		return nil
	})
}

// moveOnce is a whole conversation, up to the answer to close.
func (b *bench) moveOnce(t trial, do func(*session) error) sample {
	s, err := b.startHelper(t)
	if err != nil {
		return sample{Failure: err.Error()}
	}
	begin := time.Now()
	err = errors.Join(do(s), s.close())
	took := time.Since(begin)
	usage, late := s.end()
	usage.Seconds = took.Seconds()
	usage.count(t.line)
	if err = errors.Join(err, late); err != nil {
		usage.Failure = err.Error()
	}
	return usage
}

// measureFill compiles everything on fresh machines: alone, and with each
// helper and an empty bucket on each route, in turns.
func (b *bench) measureFill() error {
	compile := b.report.row("compile", nil, alone)
	var fills []*row
	for _, r := range b.routes(b.fillRTTs) {
		fills = append(fills, b.report.rows("fill", &r, b.filling())...)
	}
	for range b.runs {
		if err := b.compileOnce(compile, b.work, 0); err != nil {
			return err
		}
		for _, row := range fills {
			row.against = compile
			if err := b.fillOnce(row, b.work, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// compileOnce is the go command alone, with nothing local.
func (b *bench) compileOnce(row *row, w work, cpus int) error {
	return b.onFresh(func(m machine) error {
		row.add(b.build(trial{who: alone, work: w, machine: m, cpus: cpus}))
		return nil
	})
}

func (b *bench) fillOnce(row *row, w work, cpus int) error {
	server := b.running[row.Route.Scheme]
	bucket, err := server.newBucket()
	if err != nil {
		return err
	}
	return b.travel(*row.Route, func(m machine, l *line) error {
		row.add(b.build(trial{row.who, w, m, b.at(server.scheme, bucket, l), l, true, cpus}))
		return nil
	})
}

// measureHot builds where everything is local already, in turns.
func (b *bench) measureHot() error {
	all := append([]contender{alone, lookup(b.lookup)}, b.sharing()...)
	rows := b.report.rows("hot", nil, all)
	for turn := range b.hotRuns + 1 {
		for _, row := range rows {
			row.against = rows[0]
			run, err := b.hotOnce(b.work, row.who)
			if err != nil {
				return err
			}
			if turn > 0 { // the first one finds cold files
				row.add(run)
			}
		}
	}
	return nil
}

// hotOnce does work on the machine that filled the bucket.
func (b *bench) hotOnce(w work, who contender) (sample, error) {
	scheme := b.schemes[0]
	full, err := b.stockOf(scheme, w, who)
	if err != nil {
		return sample{}, err
	}
	run := b.build(trial{who: who, work: w, machine: full.machine, place: b.at(scheme, full.bucket, nil)})
	if full.failure != "" {
		run.Failure = full.failure
	}
	return run, nil
}

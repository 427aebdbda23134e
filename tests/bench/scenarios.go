package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// bench is all that the scenarios share.
type bench struct {
	options
	dir       string // everything is below it
	toolchain toolchain
	work      work
	running   map[string]*server // by scheme
	stocks    map[string]stock   // by scheme and contender
	report    report
}

func newBench(o options) (*bench, error) {
	if err := becomeReaper(); err != nil {
		return nil, err
	}
	for _, path := range []*string{&o.program, &o.lookup} {
		var err error
		if *path, err = filepath.Abs(*path); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp("", "gocache-s3-bench")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, dir: dir, running: map[string]*server{}, stocks: map[string]stock{}}
	if err := b.prepare(); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *bench) prepare() error {
	empty := filepath.Join(b.dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		return err
	}
	var err error
	if b.toolchain, err = findToolchain(b.modules); err != nil {
		return err
	}
	if b.work, err = b.toolchain.prepare(b.module, empty); err != nil {
		return err
	}
	for _, scheme := range b.schemes {
		dir := filepath.Join(b.dir, scheme)
		b.running[scheme], err = startServer(serverKinds[b.server], b.servers[b.server], scheme, dir)
		if err != nil {
			return err
		}
	}
	b.report.describe(b)
	return nil
}

func (b *bench) close() {
	for _, s := range b.running {
		if s != nil {
			s.stop()
		}
	}
	os.RemoveAll(b.dir)
}

func (b *bench) serverPids() []int {
	var pids []int
	for _, s := range b.running {
		pids = append(pids, s.process.Process.Pid)
	}
	return pids
}

// sharing are the helpers that use a bucket.
func (b *bench) sharing() []contender {
	return append([]contender{ours(b.program)}, b.rivals...)
}

// measure runs the scenarios that are asked for, the cheap ones first.
func (b *bench) measure() error {
	steps := map[string]func() error{
		"size": b.measureSize, "start": b.measureStart, "artifact": b.measureArtifact,
		"fill": b.measureFill, "warm": b.measureWarm, "hot": b.measureHot,
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

// at is a place on a server, by way of a line if there is one.
func (b *bench) at(scheme, bucket string, l *line) place {
	s := b.running[scheme]
	p := place{endpoint: s.scheme + "://" + s.address, bucket: bucket, ca: s.ca}
	if l != nil {
		p.endpoint = l.endpoint()
	}
	return p
}

// onFresh does something on a machine with nothing local. Machines and buckets
// stay until the end, since ext4 makes files slowly where some have just been
// removed.
func (b *bench) onFresh(do func(machine) error) error {
	m, err := newMachine(b.dir)
	if err != nil {
		return err
	}
	return do(m)
}

// travel does something on a fresh machine and by way of a new line.
func (b *bench) travel(r route, do func(machine, *line) error) error {
	l, err := openLine(b.running[r.Scheme].address, r)
	if err != nil {
		return err
	}
	defer l.close()
	return b.onFresh(func(m machine) error { return do(m, l) })
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
	s, err := startHelper(t)
	if err != nil {
		return sample{Failure: err.Error()}
	}
	usage, err := s.end(b.serverPids())
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
	r := b.routes()[0]
	for _, who := range b.sharing() {
		bucket, err := b.running[r.Scheme].newBucket()
		if err != nil {
			return err
		}
		for _, step := range []struct {
			name string
			do   func(*session) error
		}{
			{"put", func(s *session) error { return s.put(large) }},
			{"get", func(s *session) error { return s.get(large) }},
		} {
			row := b.report.row(fmt.Sprintf("%s %d MB", step.name, b.artifactMB), &r, who)
			err := b.travel(r, func(m machine, l *line) error {
				t := trial{who: who, machine: m, place: b.at(r.Scheme, bucket, l), line: l, watched: true}
				row.add(b.moveOnce(t, step.do))
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// moveOnce is a whole conversation around one request, up to the answer to
// close.
func (b *bench) moveOnce(t trial, do func(*session) error) sample {
	s, err := startHelper(t)
	if err != nil {
		return sample{Failure: err.Error()}
	}
	begin := time.Now()
	err = errors.Join(do(s), s.close())
	took, ended := time.Since(begin), time.Now()
	usage, late := s.end(b.serverPids())
	usage.Seconds, usage.TailSeconds = took.Seconds(), time.Since(ended).Seconds()
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
	for _, r := range b.routes() {
		fills = append(fills, b.report.rows("fill", &r, b.sharing())...)
	}
	for range b.runs {
		err := b.onFresh(func(m machine) error {
			compile.add(b.build(trial{who: alone, machine: m}))
			return nil
		})
		if err != nil {
			return err
		}
		for i, row := range fills {
			row.against = compile
			if err := b.fillOnce(row, b.sharing()[i%len(b.sharing())]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) fillOnce(row *row, who contender) error {
	server := b.running[row.Route.Scheme]
	bucket, err := server.newBucket()
	if err != nil {
		return err
	}
	return b.travel(*row.Route, func(m machine, l *line) error {
		row.add(b.build(trial{who, m, b.at(server.scheme, bucket, l), l, true}))
		return nil
	})
}

// stock is a full bucket, and the machine that filled it.
type stock struct {
	machine machine
	bucket  string
}

// stockOf compiles everything once for a helper, right at the server.
func (b *bench) stockOf(scheme string, who contender) (stock, error) {
	key := scheme + " " + who.name
	if s, found := b.stocks[key]; found {
		return s, nil
	}
	bucket, err := b.running[scheme].newBucket()
	if err != nil {
		return stock{}, err
	}
	m, err := newMachine(b.dir)
	if err != nil {
		return stock{}, err
	}
	progress("  filling a bucket for %s", key)
	run := b.build(trial{who: who, machine: m, place: b.at(scheme, bucket, nil)})
	if run.Failure != "" {
		return stock{}, errors.New(run.Failure)
	}
	b.stocks[key] = stock{m, bucket}
	return b.stocks[key], nil
}

// measureWarm builds on fresh machines out of full buckets, and without a
// helper on a machine that has everything, in turns.
func (b *bench) measureWarm() error {
	hot := b.report.row("warm", nil, alone)
	var warm []*row
	for _, r := range b.routes() {
		warm = append(warm, b.report.rows("warm", &r, b.sharing())...)
	}
	for range b.runs {
		local, err := b.stockOf(b.schemes[0], b.sharing()[0])
		if err != nil {
			return err
		}
		hot.add(b.build(trial{who: alone, machine: local.machine}))
		for i, row := range warm {
			row.against = hot
			if err := b.warmOnce(row, b.sharing()[i%len(b.sharing())]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) warmOnce(row *row, who contender) error {
	full, err := b.stockOf(row.Route.Scheme, who)
	if err != nil {
		return err
	}
	return b.travel(*row.Route, func(m machine, l *line) error {
		run := b.build(trial{who, m, b.at(row.Route.Scheme, full.bucket, l), l, true})
		if run.Failure == "" && run.Compiled > 0 {
			run.Failure = fmt.Sprintf("%d packages were compiled", run.Compiled)
		}
		row.add(run)
		return nil
	})
}

// measureHot builds where everything is local already, in turns. Go alone, the
// helper that only looks and gocache-s3 use the very same directory.
func (b *bench) measureHot() error {
	scheme := b.schemes[0]
	all := append([]contender{alone, lookup(b.lookup)}, b.sharing()...)
	rows := b.report.rows("hot", nil, all)
	for turn := range b.hotRuns + 1 {
		for i, who := range all {
			full, err := b.stockOf(scheme, b.sharing()[max(0, i-2)])
			if err != nil {
				return err
			}
			run := b.build(trial{who: who, machine: full.machine, place: b.at(scheme, full.bucket, nil)})
			if turn > 0 { // the first one finds cold files
				rows[i].add(run)
				rows[i].against = rows[0]
			}
		}
	}
	return nil
}

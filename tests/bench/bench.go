package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// bench is all that the scenarios share.
type bench struct {
	options
	dir       string // everything is below it
	toolchain toolchain
	work      work               // of fill, warm, hot and fair
	realWork  work               // of real and leaf
	testWork  work               // of test
	checkout  checkout           // where the latter two are done
	running   map[string]*server // by scheme
	stocks    map[string]stock   // by scheme, work and contender
	report    report
	ending    sync.Mutex // held by what ends the program
}

func newBench(o options) (*bench, error) {
	if err := becomeReaper(); err != nil {
		return nil, err
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
	if err := b.takePrograms(); err != nil {
		return err
	}
	var err error
	if b.toolchain, err = findToolchain(b.modules); err != nil {
		return err
	}
	if err := b.prepareWorks(); err != nil {
		return err
	}
	for _, scheme := range b.schemes {
		dir := filepath.Join(b.dir, scheme)
		b.running[scheme], err = startServer(serverKinds[b.server], b.binaries[b.server], scheme, dir)
		if err != nil {
			return err
		}
	}
	return b.report.describe(b)
}

// takePrograms copies what is measured, so that it can be built anew meanwhile.
func (b *bench) takePrograms() error {
	for name, path := range map[string]*string{"gocache-s3": &b.program, "lookup": &b.lookup} {
		text, err := os.ReadFile(*path)
		if err != nil {
			return err
		}
		*path = filepath.Join(b.dir, name)
		if err := os.WriteFile(*path, text, 0o755); err != nil {
			return err
		}
	}
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

func (b *bench) servers() servers {
	return slices.Collect(maps.Values(b.running))
}

// sharing are the helpers that use a bucket.
func (b *bench) sharing() []contender {
	return append([]contender{ours(b.program)}, b.rivals...)
}

// warming are those and the variants that read buckets in another way.
func (b *bench) warming() []contender {
	all := []contender{ours(b.program)}
	for _, v := range b.variants {
		all = append(all, v.of(ours(b.program)))
	}
	return append(all, b.rivals...)
}

// filling are those that write buckets in another way.
func (b *bench) filling() []contender {
	all := []contender{ours(b.program)}
	if slices.Contains(b.variants, scope) {
		all = append(all, scope.of(ours(b.program)))
	}
	return append(all, b.rivals...)
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

// stock is a full bucket, and the machine that filled it.
type stock struct {
	machine machine
	bucket  string
	failure string // why it is not full
}

// stockOf does work once for a helper, right at the server. Variants have
// gocache-s3's, and so has who does not share: its local tier is go's own.
func (b *bench) stockOf(scheme string, w work, who contender) (stock, error) {
	if !who.shares || who.variant != "" {
		who = ours(b.program)
	}
	key := fmt.Sprintf("%s %s, %s", scheme, w.name, who.name)
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
	progress("  filling a bucket: %s", key)
	run := b.build(trial{who: who, work: w, machine: m, place: b.at(scheme, bucket, nil)})
	b.stocks[key] = stock{m, bucket, run.Failure}
	return b.stocks[key], nil
}

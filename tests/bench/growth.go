package main

import "fmt"

// measureGrowth stores synthetic caches of several sizes, gets them on a fresh
// machine, and gets them again where they are then.
func (b *bench) measureGrowth() error {
	for _, count := range b.entries {
		if err := b.growTo(entries{count}); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) growTo(all entries) error {
	r, who := b.oneRoute(), ours(b.program)
	who.command = append(who.command, "-scope", "synthetic") // this program is not the go command
	bucket, err := b.running[r.Scheme].newBucket()
	if err != nil {
		return err
	}
	on := func(m machine, what string, do func(*session) error) error {
		return b.converseOn(m, b.report.row(fmt.Sprintf("%s %d", what, all.count), &r, who), bucket, all.count, do)
	}
	if err := b.onFresh(func(m machine) error { return on(m, "put", all.putAll) }); err != nil {
		return err
	}
	return b.onFresh(func(m machine) error {
		if err := on(m, "get", all.getAll); err != nil {
			return err
		}
		return on(m, "again", all.getAll)
	})
}

func (b *bench) converseOn(m machine, row *row, bucket string, count int, do func(*session) error) error {
	l, err := openLine(b.running[row.Route.Scheme].address, *row.Route)
	if err != nil {
		return err
	}
	defer l.close()
	run := b.moveOnce(trial{who: row.who, machine: m, place: b.at(row.Route.Scheme, bucket, l), line: l, watched: true}, do)
	run.Entries = count
	row.add(run)
	return nil
}

// Entries that census wants and nobody has, about as many as go asks for when
// it builds the standard library.
const misses = 1000

// measureCensus asks for what is not there, in buckets of several sizes.
func (b *bench) measureCensus() error {
	for _, count := range b.keys {
		for _, kind := range []string{"own", "foreign"} {
			if count == 0 && kind != "own" {
				continue
			}
			if err := b.missIn(keyspace{kind, count}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) missIn(keys keyspace) error {
	store, err := startFakeStore(keys)
	if err != nil {
		return err
	}
	defer store.stop()
	r := b.oneRoute()
	r.Scheme = "http"
	l, err := openLine(store.address, r)
	if err != nil {
		return err
	}
	defer l.close()
	row := b.report.row(fmt.Sprintf("misses, %v", keys), &r, ours(b.program))
	return b.onFresh(func(m machine) error {
		place := place{endpoint: l.endpoint(), bucket: "bucket"}
		run := b.moveOnce(trial{who: row.who, machine: m, place: place, line: l, watched: true},
			func(s *session) error { return missAll(s, misses) })
		run.Requests, run.Entries = store.requests.Load(), misses
		row.add(run)
		return nil
	})
}

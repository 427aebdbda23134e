package main

import "fmt"

// measureFairness compiles, fills and builds out of a full bucket with few
// processors; what is far away has all of them, as it would elsewhere.
func (b *bench) measureFairness() error {
	for _, cpus := range b.cpus {
		if err := b.measureWith(cpus); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) measureWith(cpus int) error {
	on := fmt.Sprintf(", %d CPU", cpus)
	r := b.oneRoute()
	compile := b.report.row("compile"+on, nil, alone)
	fills := b.report.rows("fill"+on, &r, b.filling())
	warm := b.fastRows("warm" + on)
	for range b.runs {
		if err := b.compileOnce(compile, b.work, cpus); err != nil {
			return err
		}
		for _, row := range fills {
			row.against = compile
			if err := b.fillOnce(row, b.work, cpus); err != nil {
				return err
			}
		}
		for _, row := range warm {
			run, err := b.warmOnce(row, b.work, cpus)
			if err != nil {
				return err
			}
			row.add(run.allFound())
		}
	}
	return nil
}

// fastRows are for the usual line, and for one with no limit, to see how much
// of it is used.
func (b *bench) fastRows(scenario string) []*row {
	usual, fast := b.oneRoute(), b.oneRoute()
	fast.Mbps = 0
	who := ours(b.program)
	return []*row{b.report.row(scenario, &usual, who), b.report.row(scenario, &fast, who)}
}

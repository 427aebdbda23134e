package main

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
)

// The drawing, in pixels.
const (
	plotWidth, plotHeight = 780.0, 500.0
	plotLeft, plotRight   = 64.0, 24.0
	plotTop, axisHeight   = 46.0, 60.0
	legendLine            = 21.0
)

// plot has a horizontal axis by the root of the round-trip time, and a
// vertical one by the logarithm of seconds, so that a helper that waits at
// each entry and one that does not both fit.
type plot struct {
	svg
	rtts        []time.Duration
	least, most float64 // seconds
	bottom      float64 // of the field
}

// drawWarm draws seconds against round-trip time.
func (r *report) drawWarm(path string) error {
	all := r.warmSeries()
	p := plot{rtts: rttsOf(all)}
	if len(p.rtts) < 2 {
		return fmt.Errorf("%s is not drawn: that takes warm runs with two round-trip times", path)
	}
	values := secondsOf(all)
	p.least, p.most = roundBelow(values[0]), roundAbove(values[len(values)-1])
	p.bottom = plotHeight - axisHeight - legendLine*math.Ceil(float64(len(all))/2)
	p.begin(plotWidth, plotHeight, "Seconds of a build with nothing local, against the round-trip time to the bucket")
	p.text("title", "start", plotLeft, 28, r.plotTitle())
	p.axes()
	for i, s := range all {
		p.draw(i, s)
		p.legend(i, s)
	}
	p.end()
	return os.WriteFile(path, []byte(p.String()), 0o644)
}

func (r *report) plotTitle() string {
	title := "fresh machine, full bucket"
	for _, fact := range r.about {
		if fact.Name == "builds" {
			title += ": go build " + fact.Value
		}
	}
	if first := r.firstWarm(); first != nil && first.Mbps > 0 {
		title += fmt.Sprintf(", %g Mbit/s", first.Mbps)
	}
	return title
}

// x is the place of a round-trip time.
func (p *plot) x(rtt time.Duration) float64 {
	most := math.Sqrt(p.rtts[len(p.rtts)-1].Seconds())
	return plotLeft + 8 + (plotWidth-plotRight-plotLeft-16)*math.Sqrt(rtt.Seconds())/most
}

func (p *plot) y(seconds float64) float64 {
	part := math.Log(seconds/p.least) / math.Log(p.most/p.least)
	return p.bottom - (p.bottom-plotTop)*part
}

func (p *plot) axes() {
	right := plotWidth - plotRight
	for s := p.least; s <= p.most*1.001; s = nextRound(s) {
		p.line("grid", plotLeft, p.y(s), right, p.y(s))
		p.text("", "end", plotLeft-8, p.y(s)+4.5, strconv.FormatFloat(s, 'g', 3, 64))
	}
	p.line("axis", plotLeft, p.bottom, right, p.bottom)
	for _, rtt := range p.rtts {
		p.line("axis", p.x(rtt), p.bottom, p.x(rtt), p.bottom+5)
		p.text("", "middle", p.x(rtt), p.bottom+20, strconv.FormatFloat(rtt.Seconds()*1e3, 'g', 4, 64))
	}
	p.text("", "middle", (plotLeft+right)/2, p.bottom+40, "round-trip time to the bucket, ms")
	p.upright(20, (plotTop+p.bottom)/2, "seconds of the go command")
}

func (p *plot) draw(number int, s series) {
	if s.level {
		y := p.y(s.seconds[0])
		p.curve(number, []point{{plotLeft, y}, {plotWidth - plotRight, y}})
		return
	}
	var points []point
	for _, rtt := range p.rtts {
		if seconds, measured := s.seconds[rtt]; measured {
			points = append(points, point{p.x(rtt), p.y(seconds)})
		}
	}
	p.curve(number, points)
	for _, at := range points {
		p.mark(number, at)
	}
}

// legend has two columns.
func (p *plot) legend(number int, s series) {
	x := plotLeft + float64(number%2)*(plotWidth-plotLeft)/2
	y := p.bottom + axisHeight + legendLine*math.Floor(float64(number)/2)
	p.curve(number, []point{{x, y - 4.5}, {x + 34, y - 4.5}})
	if !s.level {
		p.mark(number, point{x + 17, y - 4.5})
	}
	p.text("", "start", x+42, y, s.name)
}

// Round numbers are 1, 2 and 5 with any power of ten.
var rounds = []float64{1, 2, 5, 10}

func nextRound(after float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(after*1.001)))
	for _, r := range rounds {
		if r*power > after*1.001 {
			return r * power
		}
	}
	return after * 10
}

// roundAbove is the least round number that is not below a value.
func roundAbove(value float64) float64 {
	round := math.Pow(10, math.Floor(math.Log10(value)))
	for round < value*0.999 {
		round = nextRound(round)
	}
	return round
}

// roundBelow is the greatest that is not above it.
func roundBelow(value float64) float64 { return 1 / roundAbove(1/value) }

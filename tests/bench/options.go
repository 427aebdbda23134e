package main

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

type options struct {
	program, lookup string
	server          string
	binaries        map[string]string // of servers, by name
	schemes         []string
	rtts, fillRTTs  []time.Duration
	usual           []time.Duration // for what is measured at one distance
	slowest         time.Duration   // for those that ask one by one
	rates           []float64       // Mbit/s, 0 for as fast as it goes
	also            []pace
	slowStart       bool
	module, modules string
	real            string
	tests           []string
	runs, hotRuns   int
	coldRuns        int
	starts          int
	artifactMB      int64
	entries, keys   []int
	cpus            []int
	only            []string
	variants        []variant
	rivals          []contender
	json, svg, from string
}

// scenarioNames in the order in which they run.
var scenarioNames = []string{"size", "start", "artifact", "fill", "warm", "hot",
	"real", "leaf", "test", "grow", "census", "fair"}

// The tests of the module to build that pass in a few seconds with no network,
// and whose results go keeps.
const gentleTests = "./internal/bloom,./internal/cache/metadata,./internal/cache/parsego," +
	"./internal/debug,./internal/fuzzy,./internal/golang/completion,./internal/progress," +
	"./internal/protocol,./internal/server,./internal/settings,./internal/template," +
	"./internal/util/astutil,./internal/util/frob,./internal/util/lru,./internal/util/persistent"

func parseOptions(args []string) (options, error) {
	o := options{binaries: map[string]string{}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	checks := []func() error{o.programFlags(f), o.lineFlags(f), o.amountFlags(f), o.check}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("what is %q?", f.Arg(0))
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return o, err
		}
	}
	return o, nil
}

// programFlags say what is run. What is returned is to be done after parsing,
// as with the other two.
func (o *options) programFlags(f *flag.FlagSet) func() error {
	f.StringVar(&o.program, "program", "./gocache-s3", "the `binary` to measure")
	f.StringVar(&o.lookup, "lookup", "", "`binary` of the helper that only looks (lookup/lookup.c)")
	f.StringVar(&o.server, "server", "versitygw", "`name` of the S3 server: versitygw or minio")
	versitygw := f.String("versitygw", "versitygw", "its `binary`")
	minio := f.String("minio", "minio", "its `binary`")
	f.StringVar(&o.module, "module", "std", "what to build: std, or the main package at `path@version`")
	f.StringVar(&o.real, "real", "golang.org/x/tools/gopls@v0.20.0", "the `module` of real, leaf and test")
	listVar(f, &o.tests, "tests", gentleTests, "`packages` of it to test", same)
	f.StringVar(&o.modules, "modules", "", "module cache `directory`; go's own without")
	listVar(f, &o.variants, "without", "prefetch", "measure gocache-s3 without these `parts` as well: prefetch, scope", parseVariant)
	f.Func("helper", "compare with `NAME=[VARIABLE=VALUE]... PROGRAM [ARGUMENT]...`; see docs/benchmarks.md",
		func(text string) error {
			rival, err := parseContender(text)
			o.rivals = append(o.rivals, rival)
			return err
		})
	f.StringVar(&o.json, "json", "", "write every figure to this `file` as well")
	f.StringVar(&o.svg, "svg", "", "draw seconds against round-trip time into this `file`")
	f.StringVar(&o.from, "from", "", "measure nothing, take the figures of a `file` that -json wrote")
	return func() error {
		o.binaries["versitygw"], o.binaries["minio"] = *versitygw, *minio
		return nil
	}
}

// lineFlags say what lies between the machine and the server.
func (o *options) lineFlags(f *flag.FlagSet) func() error {
	listVar(f, &o.rtts, "rtt", "1ms,20ms,50ms,200ms", "round-trip `times` of warm", time.ParseDuration)
	listVar(f, &o.fillRTTs, "fill-rtt", "20ms,50ms", "round-trip `times` of fill", time.ParseDuration)
	listVar(f, &o.usual, "at", "20ms", "round-trip `times` of real, leaf and test; the first one for artifact, grow, census, fair",
		time.ParseDuration)
	f.DurationVar(&o.slowest, "slow", 50*time.Millisecond,
		"the longest round-trip `time` for who asks for one entry after the other")
	listVar(f, &o.rates, "mbps", "1000", "`rates` of the line, in Mbit/s each way; 0 is no limit", parseRate)
	listVar(f, &o.also, "also", "", "more lines for warm, as `RTT@MBPS`", parsePace)
	f.BoolVar(&o.slowStart, "slow-start", false, "connections begin slowly, as TCP's do")
	plain := f.Bool("http", false, "over http (what is done without -https)")
	secure := f.Bool("https", false, "over https; with -http, over both")
	return func() error {
		o.schemes = schemes(*plain, *secure)
		return nil
	}
}

// amountFlags say how much is measured.
func (o *options) amountFlags(f *flag.FlagSet) func() error {
	f.IntVar(&o.runs, "runs", 1, "`rounds` of compiling, filling and warm runs")
	f.IntVar(&o.hotRuns, "hot-runs", 21, "`rounds` with everything local")
	f.IntVar(&o.coldRuns, "cold-runs", 0, "`rounds` of compiling for warm, real and test")
	f.IntVar(&o.starts, "starts", 200, "`times` to start a helper")
	f.Int64Var(&o.artifactMB, "artifact", 200, "`megabytes` of the one large artifact")
	listVar(f, &o.entries, "entries", "1000,10000", "sizes of synthetic caches, in `entries`", strconv.Atoi)
	listVar(f, &o.keys, "keys", "0,1000,10000,100000,1000000", "sizes of buckets that have nothing of use, in `keys`", strconv.Atoi)
	listVar(f, &o.cpus, "cpus", "1,2", "`numbers` of CPUs of fair", strconv.Atoi)
	most := slices.DeleteFunc(slices.Clone(scenarioNames), func(name string) bool { return name == "fair" })
	listVar(f, &o.only, "only", strings.Join(most, ","), "`scenarios` to run, of "+strings.Join(scenarioNames, ","), same)
	return func() error { return nil }
}

func schemes(plain, secure bool) []string {
	switch {
	case plain && secure:
		return []string{"http", "https"}
	case secure:
		return []string{"https"}
	}
	return []string{"http"}
}

// list is a flag of many values with commas between.
type list[T any] struct {
	values *[]T
	parse  func(string) (T, error)
	text   string
}

func listVar[T any](f *flag.FlagSet, values *[]T, name, standard, usage string, parse func(string) (T, error)) {
	l := &list[T]{values: values, parse: parse}
	if err := l.Set(standard); err != nil {
		panic(err)
	}
	f.Var(l, name, usage)
}

func (l *list[T]) String() string { return l.text }

func (l *list[T]) Set(text string) error {
	values := []T{}
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' }) {
		value, err := l.parse(word)
		if err != nil {
			return err
		}
		values = append(values, value)
	}
	*l.values, l.text = values, text
	return nil
}

func same(text string) (string, error) { return text, nil }

func parseRate(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

func (o *options) check() error {
	if o.binaries[o.server] == "" {
		return fmt.Errorf("-server %s: want versitygw or minio", o.server)
	}
	if o.runs < 1 || o.hotRuns < 1 || o.starts < 1 || o.artifactMB < 1 {
		return errors.New("-runs, -hot-runs, -starts and -artifact are at least 1")
	}
	if len(o.usual) == 0 || len(o.rates) == 0 {
		return errors.New("-at and -mbps want at least one value")
	}
	for _, name := range o.only {
		if !slices.Contains(scenarioNames, name) {
			return fmt.Errorf("-only %s: want some of %s", name, strings.Join(scenarioNames, ","))
		}
	}
	return nil
}

func (o *options) wants(scenarios ...string) bool {
	return slices.ContainsFunc(scenarios, func(name string) bool { return slices.Contains(o.only, name) })
}

// routes are the lines of all rates with these round-trip times.
func (o *options) routes(rtts []time.Duration, also ...pace) []route {
	var all []route
	for _, scheme := range o.schemes {
		for _, mbps := range o.rates {
			for _, rtt := range rtts {
				all = append(all, o.route(scheme, pace{rtt, mbps}))
			}
		}
		for _, p := range also {
			all = append(all, o.route(scheme, p))
		}
	}
	return all
}

func (o *options) route(scheme string, p pace) route {
	return route{Scheme: scheme, RTT: p.rtt, Mbps: p.mbps, SlowStart: o.slowStart}
}

// oneRoute is for what is measured on a single line.
func (o *options) oneRoute() route {
	return o.route(o.schemes[0], pace{o.usual[0], o.rates[0]})
}

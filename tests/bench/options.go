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
	rtts            []time.Duration
	rates           []float64 // Mbit/s, 0 for as fast as it goes
	schemes         []string
	server          string
	servers         map[string]string // name to binary
	module, modules string
	runs, hotRuns   int
	starts          int
	artifactMB      int64
	only            []string
	rivals          []contender
	json            string
}

// scenarioNames in the order in which they run.
var scenarioNames = []string{"size", "start", "artifact", "fill", "warm", "hot"}

func parseOptions(args []string) (options, error) {
	o := options{servers: map[string]string{}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.program, "program", "./gocache-s3", "the `binary` to measure")
	f.StringVar(&o.lookup, "lookup", "", "`binary` of the helper that only looks (lookup/lookup.c)")
	rtts := f.String("rtt", "1ms,20ms,50ms", "round-trip `times` to the server")
	rates := f.String("mbps", "1000", "`rates` of the line, in Mbit/s each way; 0 is no limit")
	plain := f.Bool("http", false, "over http (what is done without -https)")
	secure := f.Bool("https", false, "over https; with -http, over both")
	f.StringVar(&o.server, "server", "versitygw", "`name` of the S3 server: versitygw or minio")
	versitygw := f.String("versitygw", "versitygw", "its `binary`")
	minio := f.String("minio", "minio", "its `binary`")
	f.StringVar(&o.module, "module", "std", "what to build: std, or the main package at `path@version`")
	f.StringVar(&o.modules, "modules", "", "module cache `directory`; go's own without")
	f.IntVar(&o.runs, "runs", 1, "`rounds` of compiling, filling and warm runs")
	f.IntVar(&o.hotRuns, "hot-runs", 21, "`rounds` with everything local")
	f.IntVar(&o.starts, "starts", 200, "`times` to start a helper")
	f.Int64Var(&o.artifactMB, "artifact", 200, "`megabytes` of the one large artifact")
	only := f.String("only", strings.Join(scenarioNames, ","), "`scenarios` to run")
	f.StringVar(&o.json, "json", "", "write every figure to this `file` as well")
	f.Func("helper", "compare with `NAME=[VARIABLE=VALUE]... PROGRAM [ARGUMENT]...`; see docs/benchmarks.md",
		func(text string) error {
			rival, err := parseContender(text)
			o.rivals = append(o.rivals, rival)
			return err
		})
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if f.NArg() > 0 {
		return o, fmt.Errorf("what is %q?", f.Arg(0))
	}
	o.servers["versitygw"], o.servers["minio"] = *versitygw, *minio
	o.schemes = schemes(*plain, *secure)
	o.only = strings.Split(*only, ",")
	var errs [3]error
	o.rtts, errs[0] = parseList(*rtts, time.ParseDuration)
	o.rates, errs[1] = parseList(*rates, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	errs[2] = o.check()
	return o, errors.Join(errs[:]...)
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

func parseList[T any](text string, parse func(string) (T, error)) ([]T, error) {
	var list []T
	for _, word := range strings.Split(text, ",") {
		value, err := parse(word)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

func (o options) check() error {
	if o.servers[o.server] == "" {
		return fmt.Errorf("-server %s: want versitygw or minio", o.server)
	}
	if o.runs < 1 || o.hotRuns < 1 || o.starts < 1 || o.artifactMB < 1 {
		return errors.New("-runs, -hot-runs, -starts and -artifact are at least 1")
	}
	for _, name := range o.only {
		if !slices.Contains(scenarioNames, name) {
			return fmt.Errorf("-only %s: want some of %s", name, strings.Join(scenarioNames, ","))
		}
	}
	return nil
}

func (o options) wants(scenario string) bool { return slices.Contains(o.only, scenario) }

// routes are all lines that are asked for.
func (o options) routes() []route {
	var all []route
	for _, scheme := range o.schemes {
		for _, mbps := range o.rates {
			for _, rtt := range o.rtts {
				all = append(all, route{scheme, rtt, mbps})
			}
		}
	}
	return all
}

package main

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// contender is one way to run the go command: alone, or with a helper.
type contender struct {
	name    string
	shares  bool     // through a bucket
	env     []string // VARIABLE=VALUE of the helper, with placeholders
	command []string // program and arguments, with placeholders; none: alone
	single  bool     // asks for one entry after the other
	variant variant  // of gocache-s3; else ""
}

// place is where a helper finds things. Its fields replace {endpoint}, {host},
// {bucket}, {ca}, {region}, {local} and {stats} in a contender's words.
type place struct {
	endpoint, bucket, ca string
	local, stats         string // a directory and a file of the machine's own
}

// on completes a place by what lies on the machine.
func (p place) on(m machine) place {
	p.local, p.stats = m.at("local"), m.at("stats")
	return p
}

var alone = contender{name: "go alone"}

// ours names the bucket by variables, as a CI job would. Uploads get all the
// time they want, so that no figure is bought by dropping some.
func ours(program string) contender {
	return contender{
		name:    "gocache-s3",
		shares:  true,
		env:     []string{"GOCACHE_S3_BUCKET={bucket}", "GOCACHE_S3_PATH_STYLE=true"},
		command: []string{program, "-v", "-drain", "10m", "-stats", "{stats}"},
	}
}

// variant is gocache-s3 with one of its parts turned off, on the same buckets.
type variant string

// The parts that can be turned off.
const (
	prefetch variant = "prefetch"
	scope    variant = "scope"
)

func parseVariant(text string) (variant, error) {
	v := variant(text)
	if v != prefetch && v != scope {
		return v, fmt.Errorf("want %s or %s", prefetch, scope)
	}
	return v, nil
}

func (v variant) name() string { return "gocache-s3, no " + string(v) }

func variantNames() []string { return []string{prefetch.name(), scope.name()} }

func (v variant) of(c contender) contender {
	c.name, c.command = v.name(), slices.Concat(c.command, []string{"-" + string(v), "off"})
	c.variant, c.single = v, true
	return c
}

func lookup(program string) contender {
	return contender{name: "lookup only", command: []string{program}}
}

// parseContender reads NAME=[VARIABLE=VALUE]... PROGRAM [ARGUMENT]...
func parseContender(text string) (contender, error) {
	name, rest, found := strings.Cut(text, "=")
	words := strings.Fields(rest)
	c := contender{name: name, shares: true, single: true}
	for len(words) > 0 && strings.Contains(words[0], "=") {
		c.env, words = append(c.env, words[0]), words[1:]
	}
	if !found || name == "" || len(words) == 0 {
		return c, fmt.Errorf("%q is not NAME=[VARIABLE=VALUE]... PROGRAM [ARGUMENT]...", text)
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return c, err
	}
	path, err = filepath.Abs(path)
	c.command = append([]string{path}, words[1:]...)
	return c, err
}

func (p place) fill(words []string) []string {
	fill := strings.NewReplacer("{endpoint}", p.endpoint, "{host}", hostOf(p.endpoint),
		"{bucket}", p.bucket, "{ca}", p.ca, "{region}", region, "{local}", p.local, "{stats}", p.stats)
	filled := make([]string, len(words))
	for i, word := range words {
		filled[i] = fill.Replace(word)
	}
	return filled
}

func hostOf(endpoint string) string {
	_, host, _ := strings.Cut(endpoint, "://")
	return host
}

// environ is what a helper finds in its environment besides the machine's own.
func (c contender) environ(p place) []string {
	if len(c.command) == 0 {
		return nil
	}
	env := append(p.fill(c.env), "AWS_ACCESS_KEY_ID="+accessKey,
		"AWS_SECRET_ACCESS_KEY="+secretKey, "AWS_REGION="+region,
		"AWS_ENDPOINT_URL_S3="+p.endpoint)
	if p.ca != "" {
		env = append(env, "AWS_CA_BUNDLE="+p.ca, "SSL_CERT_FILE="+p.ca)
	}
	return env
}

// goCacheProg is the variable that makes the go command start this helper.
func (c contender) goCacheProg(p place) string {
	words := p.fill(c.command)
	for i, word := range words {
		words[i] = "'" + word + "'"
	}
	return "GOCACHEPROG=" + strings.Join(words, " ")
}

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kinds asks which snapshots a go command looks for: its scope's and its
// family's, in either order.
func (g gocmd) kinds(t testing.TB, dir string, args ...string) map[string]bool {
	t.Helper()
	s := newBadServer(t, nil)
	g.endpoint, g.bucket = s.endpoint, s.bucket
	g.run(t, dir, args...)
	goneWithin(t, g.cache, hang)
	found := map[string]bool{}
	for _, key := range s.accelerated("GET", snapshotKeys) {
		found[key] = true
	}
	if len(found) != 2 {
		t.Errorf("go %s: it looked for %d snapshots", strings.Join(args, " "), len(found))
	}
	return found
}

func common(a, b map[string]bool) (count int) {
	for key := range a {
		if b[key] {
			count++
		}
	}
	return count
}

// What two runs have in common.
const (
	another   = iota // nothing
	relatives        // the family
	same             // the scope too
)

// kind is a run that is compared with `go build ./sum` in the module.
type kind struct {
	name  string
	want  int
	dir   string // beside the module's
	args  []string
	env   []string
	alter func(g gocmd) gocmd
}

func flagged(flags string) func(g gocmd) gocmd {
	return func(g gocmd) gocmd { g.flags = flags; return g }
}

func version(i int) func(g gocmd) gocmd {
	return func(g gocmd) gocmd { return g.in(goVersions[i]) }
}

var kindsOfRuns = []kind{
	{name: "again", want: same},
	{name: "-v", want: same, args: []string{"build", "-v", "./sum"}},
	{name: "-x", want: same, args: []string{"build", "-x", "./sum"}},
	{name: "-p", want: same, args: []string{"build", "-p", "1", "./sum"}},
	{name: "-o", want: same, args: []string{"build", "-o", os.DevNull, "./sum"}},
	{name: "-ldflags", want: same, args: []string{"build", "-ldflags=-X main.version=7", "./sum"}},
	{name: "-C", want: same, dir: "..", args: []string{"build", "-C", "app", "./sum"}},
	{name: "a copy, trimmed", want: same, dir: "../copy"},
	{name: "a variable", want: same, env: []string{"TOKEN=1"}},
	{name: "quiet flags", want: same, alter: flagged("-v -p=3")},

	{name: "a copy, not trimmed", want: relatives, dir: "../copy", alter: flagged("-trimpath=false")},
	{name: "another package", want: relatives, args: []string{"build", "./sum", "unsafe"}},
	{name: "another directory", want: relatives, dir: "sum", args: []string{"build", "."}},
	{name: "test", want: relatives, args: []string{"test", "-n", "./sum"}},
	{name: "vet", want: relatives, args: []string{"vet", "-n", "./sum"}},
	{name: "run", want: relatives, args: []string{"run", "-n", "."}},
	{name: "list", want: relatives, args: []string{"list", "-export", "./sum"}},
	{name: "install", want: relatives, args: []string{"install", "-n", "./sum"}},
	{name: "cover", want: relatives, args: []string{"build", "-n", "-cover", "./sum"}},
	{name: "tags", want: relatives, args: []string{"build", "-tags=special", "./sum"}},
	{name: "tags in GOFLAGS", want: relatives, alter: flagged("-tags=special")},
	{name: "gcflags", want: relatives, args: []string{"build", "-gcflags=-N", "./sum"}},
	{name: "C flags", want: relatives, env: []string{"CGO_CFLAGS=-O1"}},

	{name: "GOOS", want: another, env: []string{"GOOS=windows"}},
	{name: "GOARCH", want: another, env: []string{"GOARCH=arm64"}},
	{name: "GOAMD64", want: another, env: []string{"GOAMD64=v3"}},
	{name: "GOEXPERIMENT", want: another, env: []string{"GOEXPERIMENT=arenas"}},
	{name: "CGO_ENABLED", want: another, env: []string{"CGO_ENABLED=0"}},
	{name: "-race", want: another, args: []string{"build", "-n", "-race", "./sum"}},
	{name: "-race in GOFLAGS", want: another, args: []string{"build", "-n", "./sum"}, alter: flagged("-race")},
	{name: "another module", want: another, dir: "../other"},
	{name: "a module that was renamed", want: another, dir: "../renamed"},
	{name: "a workspace", want: another, dir: "../joint", args: []string{"build", "example.test/app/sum"}},
	{name: "Go 1.24", want: another, alter: version(0)},
	{name: "Go 1.25", want: another, alter: version(1)},
	{name: "Go 1.27", want: another, alter: version(3)},
}

// workshop is the module with all that the kinds need beside it: copies, other
// modules, workspaces, and a tool that calls go.
func workshop(t testing.TB) string {
	t.Helper()
	files := map[string]string{
		"sum/gen.go":          "package sum\n\n//go:generate go list -export ./../sum\n",
		"sum/tagged.go":       "//go:build special\n\npackage sum\n\nconst Special = 1\n",
		"../copy/go.mod":      moduleFiles["go.mod"],
		"../copy/sum/sum.go":  moduleFiles["sum/sum.go"],
		"../renamed/go.mod":   "module example.test/renamed\n\ngo 1.24\n",
		"../renamed/sum/a.go": "package sum\n",
		"../other/go.mod":     "module example.test/other\n\ngo 1.24\n",
		"../other/sum/a.go":   "package sum\n",
		"../vendored/go.mod":  "module example.test/vendored\n\ngo 1.24\n\nrequire example.test/far v1.2.3\n",
		"../vendored/a.go":    "package vendored\n\nimport _ \"example.test/far\"\n",
		"../vendored/vendor/example.test/far/far.go": "package far\n",
		"../vendored/vendor/modules.txt":             "# example.test/far v1.2.3\n## explicit; go 1.24\nexample.test/far\n",
		"../joint/go.work":                           "go 1.24\n\nuse (\n\t../app\n\t../other\n)\n",
		"../lint":                                    "#!/bin/sh\ncd \"$1\" && exec go list -e -json -export ./sum >/dev/null\n",
	}
	return newModule(t, files)
}

// Which runs are of one kind, without anybody having said so.
func TestKindsOfRuns(t *testing.T) {
	t.Parallel()
	dir := workshop(t)
	base := withHelper(newConfig(t)).kinds(t, dir, "build", "./sum")
	for _, k := range kindsOfRuns {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			g := withHelper(newConfig(t).set(k.env...))
			if k.alter != nil {
				g = k.alter(g)
			}
			if k.args == nil {
				k.args = []string{"build", "./sum"}
			}
			if got := common(base, g.kinds(t, filepath.Join(dir, k.dir), k.args...)); got != k.want {
				t.Errorf("%d of the two ids are the same, want %d", got, k.want)
			}
		})
	}
}

// -scope NAME: runs of one name and toolchain are of one kind, whatever they
// do; and there is one snapshot.
func TestNamedKind(t *testing.T) {
	t.Parallel()
	dir := workshop(t)
	seen := map[string]map[string]bool{}
	for _, run := range []struct {
		name, dir string
		args, env []string
	}{
		{"x", dir, []string{"build", "./sum"}, nil},
		{"x", filepath.Join(dir, "../other"), []string{"list", "-export", "./sum"}, nil},
		{"y", dir, []string{"build", "./sum"}, nil},
		{"x", dir, []string{"build", "./sum"}, []string{"GOARCH=arm64"}},
	} {
		s := newBadServer(t, nil)
		g := withHelper(at(t, s.store).with("-scope=" + run.name).set(run.env...))
		g.run(t, run.dir, run.args...)
		goneWithin(t, g.cache, hang)
		kind := run.name + strings.Join(run.env, "")
		if seen[kind] == nil {
			seen[kind] = map[string]bool{}
		}
		for _, key := range s.accelerated("GET", snapshotKeys) {
			seen[kind][key] = true
		}
	}
	all := map[string]bool{}
	for kind, keys := range seen {
		if len(keys) != 1 {
			t.Errorf("%s has %d ids", kind, len(keys))
		}
		maps.Copy(all, keys)
	}
	if len(all) != 3 {
		t.Errorf("%d ids, want 3", len(all))
	}
}

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
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

// workshop is the module with all that the kinds need: a vendored package, a
// generator, another module beside it, and a workspace of both.
func workshop(t testing.TB) string {
	return newModule(t, map[string]string{
		"sum/gen.go":        "package sum\n\n//go:generate go list -export ./../sum\n",
		"sum/tagged.go":     "//go:build special\n\npackage sum\n\nconst Special = 1\n",
		"../other/go.mod":   "module example.test/other\n\ngo 1.24\n",
		"../other/sum/a.go": "package sum\n",
		"../third/go.mod":   "module example.test/third\n\ngo 1.24\n",
		"../third/sum/a.go": "package sum\n",
		"../work/go.work":   "go 1.24\n\nuse (\n\t../app\n\t../other\n)\n",
		"../work2/go.work":  "go 1.24\n\nuse (\n\t../app\n\t../third\n)\n",
		"../lint":           "#!/bin/sh\ncd \"$1\" && exec go list -e -json -export ./sum >/dev/null\n",
	})
}

// Which runs are of one kind, without anybody having said so: all are compared
// with `go build ./sum` in the module.
func TestKindsOfRuns(t *testing.T) {
	g := withHelper(newConfig(t))
	dir := workshop(t)
	base := g.kinds(t, dir, "build", "./sum")
	moved := workshop(t)
	for _, test := range []struct {
		name  string
		want  int
		dir   string
		args  []string
		env   []string
		alter func(g gocmd) gocmd
	}{
		{name: "again", want: same},
		{name: "-v", want: same, args: []string{"build", "-v", "./sum"}},
		{name: "-x", want: same, args: []string{"build", "-x", "./sum"}},
		{name: "-p", want: same, args: []string{"build", "-p", "1", "./sum"}},
		{name: "-o", want: same, args: []string{"build", "-o", os.DevNull, "./sum"}},
		{name: "-ldflags", want: same, args: []string{"build", "-ldflags=-X main.version=7", "./sum"}},
		{name: "-C", want: same, dir: "..", args: []string{"build", "-C", "app", "./sum"}},
		{name: "another place, trimmed", want: same, dir: moved},
		{name: "a secret in the environment", want: same, env: []string{"TOKEN=1"}},

		{name: "another package", want: relatives, args: []string{"build", "./sum", "unsafe"}},
		{name: "another directory", want: relatives, dir: "sum", args: []string{"build", "."}},
		{name: "test", want: relatives, args: []string{"test", "-n", "./sum"}},
		{name: "list", want: relatives, args: []string{"list", "-export", "./sum"}},
		{name: "tags", want: relatives, args: []string{"build", "-tags=special", "./sum"}},
		{name: "gcflags", want: relatives, args: []string{"build", "-gcflags=-N", "./sum"}},
		{name: "C flags", want: relatives, env: []string{"CGO_CFLAGS=-O1"}},

		{name: "GOOS", want: another, env: []string{"GOOS=windows"}},
		{name: "GOARCH", want: another, env: []string{"GOARCH=arm64"}},
		{name: "GOAMD64", want: another, env: []string{"GOAMD64=v3"}},
		{name: "CGO_ENABLED", want: another, env: []string{"CGO_ENABLED=0"}},
		{name: "-race", want: another, args: []string{"build", "-race", "./sum"}},
		{name: "another module", want: another, dir: "../other"},
		{name: "a workspace", want: another, env: []string{"GOWORK=" + filepath.Join(dir, "../work/go.work")}},
		{name: "Go 1.24", want: another, alter: func(g gocmd) gocmd { return g.in(goVersions[0]) }},
		{name: "Go 1.25", want: another, alter: func(g gocmd) gocmd { return g.in(goVersions[1]) }},
		{name: "Go 1.27", want: another, alter: func(g gocmd) gocmd { return g.in(goVersions[3]) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			g := withHelper(newConfig(t).set(test.env...))
			if test.alter != nil {
				g = test.alter(g)
			}
			where := test.dir
			if !filepath.IsAbs(where) {
				where = filepath.Join(dir, where)
			}
			if test.args == nil {
				test.args = []string{"build", "./sum"}
			}
			if got := common(base, g.kinds(t, where, test.args...)); got != test.want {
				t.Errorf("%d of the two ids are the same, want %d", got, test.want)
			}
		})
	}
}

// -scope NAME: runs of one name and toolchain are of one kind, whatever they
// do; and there is one snapshot.
func TestNamedKind(t *testing.T) {
	t.Parallel()
	dir := workshop(t)
	s := newBadServer(t, nil)
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
		before := maps.Clone(s.attempts)
		g := withHelper(at(t, s.store).with("-scope=" + run.name).set(run.env...))
		g.run(t, run.dir, run.args...)
		goneWithin(t, g.cache, hang)
		for key, n := range s.attempts {
			if strings.HasPrefix(key, "GET"+snapshotKeys) && before[key] < n {
				kind := run.name + strings.Join(run.env, "")
				if seen[kind] == nil {
					seen[kind] = map[string]bool{}
				}
				seen[kind][key] = true
			}
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

// Whatever go is asked to do, the second fresh machine that does it gets all
// that can be had from packs.
func TestEveryKindIsFetchedAhead(t *testing.T) {
	for _, run := range []struct {
		name string
		dir  string
		args []string
		env  []string
	}{
		{"build", "", []string{"build", "./sum"}, nil},
		{"list", "", []string{"list", "-export", "-deps", "-test=false", "./sum"}, nil},
		{"generate", "", []string{"generate", "./sum"}, nil},
		{"install", "", []string{"install", "./sum"}, nil},
		{"tags", "", []string{"build", "-tags=special", "./sum"}, nil},
		{"GOARCH", "", []string{"build", "./sum"}, []string{"GOARCH=arm64"}},
		{"GOOS", "", []string{"build", "./sum"}, []string{"GOOS=windows"}},
		{"race", "", []string{"build", "-race", "./sum"}, nil},
		{"-C", "..", []string{"build", "-C", "app", "./sum"}, nil},
		{"workspace", "../work", []string{"build", "example.test/app/sum", "example.test/other/sum"}, nil},
		{"another module", "../other", []string{"build", "./..."}, nil},
	} {
		t.Run(run.name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			dir := filepath.Join(workshop(t), run.dir)
			path := "PATH=" + filepath.Join(goRoot(t, "local"), "bin") + ":/usr/bin:/bin"
			g := withHelper(at(t, s.store).set(path).set(run.env...))
			for range 2 {
				g.config = g.config.emptied(t)
				g.run(t, dir, run.args...)
				goneWithin(t, g.cache, hang)
			}
			if n := s.served(); n != 0 {
				t.Errorf("%d entries were fetched as objects", n)
			}
			if s.entries() == 0 || len(s.accelerated("PUT", snapshotKeys)) < 2 {
				t.Errorf("%d entries, snapshots %v", s.entries(), s.accelerated("PUT", snapshotKeys))
			}
		})
	}
}

// A tool that changes the directory and runs `go list` itself.
func TestCallerOfGoList(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	dir := workshop(t)
	for range 2 {
		g := withHelper(at(t, s.store))
		cmd := g.command(t, t.TempDir())
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", filepath.Join(dir, "../lint"), dir}
		cmd.Env = append(cmd.Env, "PATH="+filepath.Join(goRoot(t, "local"), "bin")+":/usr/bin:/bin")
		if out, err := cmd.CombinedOutput(); err != nil || len(out) != 0 {
			t.Fatalf("%v: %s", err, out)
		}
		goneWithin(t, g.cache, hang)
	}
	if n := s.served(); n != 0 || s.entries() == 0 {
		t.Errorf("%d of %d entries were fetched as objects", n, s.entries())
	}
}

// Two modules in one bucket do not disturb each other.
func TestTwoModulesInOneBucket(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	dir := workshop(t)
	dirs := []string{dir, filepath.Join(dir, "../other"), filepath.Join(dir, "../third")}
	for range 3 {
		for _, dir := range dirs {
			g := withHelper(at(t, s.store))
			g.run(t, dir, "build", "./sum")
			goneWithin(t, g.cache, hang)
		}
	}
	if n := s.served(); n != 0 {
		t.Errorf("%d entries were fetched as objects", n)
	}
	found := readHoards(t, s.bodies())
	if len(found.snapshots) != 6 {
		t.Errorf("%d snapshots", len(found.snapshots))
	}
}

// The first run of another command adopts its family's snapshot, and writes
// its own.
func TestFamilyHelpsTheFirstRun(t *testing.T) {
	t.Parallel()
	s := filled(t)
	before := slices.Collect(maps.Keys(readHoards(t, s.bodies()).snapshots))
	g := withHelper(at(t, s.store))
	if n := g.compiles(t, newModule(t, nil), "build", "./greet"); n != 0 {
		t.Errorf("%d compiles", n)
	}
	goneWithin(t, g.cache, hang)
	if n := s.served(); n != 0 {
		t.Errorf("%d entries were fetched as objects", n)
	}
	after := readHoards(t, s.bodies()).snapshots
	if len(after) != len(before)+1 {
		t.Errorf("%d snapshots, before %d", len(after), len(before))
	}
}

package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// monorepo is a workspace of a hundred modules; one package imports the next.
func monorepo(t testing.TB) string {
	t.Helper()
	files := map[string]string{}
	work := "go 1.24\n\nuse (\n"
	for i := range 100 {
		name := fmt.Sprintf("m%02d", i)
		work += "\t./" + name + "\n"
		files[name+"/go.mod"] = "module example.test/" + name + "\n\ngo 1.24\n"
		files[name+"/a.go"] = "package " + name + "\n"
	}
	files["go.work"] = work + ")\n"
	dir := newModule(t, files)
	return dir
}

// allModules are the packages of the monorepo.
func allModules() []string {
	args := []string{"build"}
	for i := range 100 {
		args = append(args, fmt.Sprintf("example.test/m%02d", i))
	}
	return args
}

// Every job of a matrix, in one bucket: the second fresh machine that does a
// job gets all from packs.
func TestMatrixInOneBucket(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	dir, repo := workshop(t), monorepo(t)
	path := "PATH=" + filepath.Join(goRoot(t, "local"), "bin") + ":/usr/bin:/bin"
	jobs := []struct {
		name, dir string
		args, env []string
		version   string
	}{
		{"build", dir, []string{"build", "./sum"}, nil, "local"},
		{"list", dir, []string{"list", "-export", "-deps", "./sum"}, nil, "local"},
		{"generate", dir, []string{"generate", "./sum"}, nil, "local"},
		{"install", dir, []string{"install", "./sum"}, nil, "local"},
		{"tags", dir, []string{"build", "-tags=special", "./sum"}, nil, "local"},
		{"GOARCH", dir, []string{"build", "./sum"}, []string{"GOARCH=arm64"}, "local"},
		{"GOOS", dir, []string{"build", "./sum"}, []string{"GOOS=windows"}, "local"},
		{"race", dir, []string{"build", "-race", "./sum"}, nil, "local"},
		{"-C", filepath.Dir(dir), []string{"build", "-C", "app", "./sum"}, nil, "local"},
		{"subdirectory", filepath.Join(dir, "sum"), []string{"build"}, nil, "local"},
		{"workspace", filepath.Join(dir, "../joint"), []string{"build", "example.test/app/sum", "example.test/other/sum"}, nil, "local"},
		{"another module", filepath.Join(dir, "../other"), []string{"build", "./..."}, nil, "local"},
		{"vendor", filepath.Join(dir, "../vendored"), []string{"build", "./..."}, nil, "local"},
		{"monorepo", repo, allModules(), nil, "local"},
		{"a caller of go list", dir, nil, nil, "local"},
		{"Go 1.24", dir, []string{"build", "./sum"}, nil, goVersions[0]},
		{"Go 1.25", dir, []string{"build", "./sum"}, nil, goVersions[1]},
		{"Go 1.27", dir, []string{"build", "./sum"}, nil, goVersions[3]},
	}
	before := 0
	for round := range 2 {
		for _, job := range jobs {
			g := withHelper(at(t, s.store).set(job.env...)).in(job.version)
			cmd := g.command(t, job.dir, job.args...)
			if job.args == nil {
				cmd.Path, cmd.Args = "/bin/sh", []string{"sh", filepath.Join(dir, "../lint"), dir}
			}
			cmd.Env = append(cmd.Env, path)
			if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "gocache-s3: ") {
				t.Fatalf("%s: %v: %s", job.name, err, out)
			}
			goneWithin(t, g.cache, hang)
			if n := s.served(); round == 1 && n != before {
				t.Errorf("%s: %d entries were fetched as objects", job.name, n-before)
			}
			before = s.served()
		}
	}
	readHoards(t, s.bodies())
}

// What takes a whole standard library: test, run and vet, and a linked test
// with coverage.
func TestLargeKindsAreFetchedAhead(t *testing.T) {
	for name, args := range map[string][]string{
		"test": {"test", "./..."}, "run": {"run", "."}, "vet": {"vet", "./..."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			first := withHelper(at(t, s.store))
			seed(t, first.cache, "local")
			first.run(t, sharedModule(t), args...)
			goneWithin(t, first.cache, hang)
			s.forgetEntries()
			second := withHelper(at(t, s.store))
			if n := second.compiles(t, sharedModule(t), args...); n != 0 {
				t.Errorf("%d compiles", n)
			}
		})
	}
}

// The first run of another command adopts its family's snapshot, and writes
// its own.
func TestFamilyHelpsTheFirstRun(t *testing.T) {
	t.Parallel()
	s := filled(t)
	before := slices.Collect(maps.Keys(readHoards(t, s.bodies()).snapshots))
	g := withHelper(at(t, s.store))
	if n := g.compiles(t, sharedModule(t), "build", "./greet"); n != 0 {
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

// One that used little of it, here because it fails, leaves the family's as it
// is, and has the rest of it in its own.
func TestAFailedFirstRunLeavesItsFamilyAlone(t *testing.T) {
	t.Parallel()
	s := filled(t)
	before := s.bodies()
	g := withHelper(at(t, s.store))
	dir := newModule(t, map[string]string{
		"sum/broken.go": "package sum\n\nvar broken int = \"\"\n", "tiny/tiny.go": "package tiny\n"})
	if r := g.try(t, dir, "build", "./sum", "./tiny"); r.exit == 0 {
		t.Fatal("it builds")
	}
	goneWithin(t, g.cache, hang)
	old, now := readHoards(t, before), readHoards(t, s.bodies())
	if len(now.snapshots) != len(old.snapshots)+1 {
		t.Fatalf("%d snapshots, before %d", len(now.snapshots), len(old.snapshots))
	}
	for key, n := range now.snapshots {
		if _, known := old.snapshots[key]; !known {
			if had := len(old.entries[n.head.Family]); len(now.entries[key]) <= had {
				t.Errorf("%d entries, its family has %d", len(now.entries[key]), had)
			}
		} else if name := snapshotKeys + key.hex(); !bytes.Equal(s.bodies()[name], before[name]) {
			t.Errorf("%s has changed", name)
		}
	}
}

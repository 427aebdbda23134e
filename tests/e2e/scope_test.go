package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scopeOf is the kind of a go command's run.
func scopeOf(t testing.TB, g gocmd, dir string, args ...string) string {
	t.Helper()
	return counted(t, g, dir, args...).Scope
}

// What only changes how a command looks, or what it writes where, is the same
// kind of run; what changes the packages is another.
func TestRunsOfOneKind(t *testing.T) {
	t.Parallel()
	for _, version := range goVersions {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			dir := newModule(t, bare)
			g := withHelper(local(t)).in(version)
			out := filepath.Join(t.TempDir(), "out")
			usual := scopeOf(t, g, dir, "build", "./bare")
			for _, args := range [][]string{
				{"build", "./bare"},
				{"build", "-v", "-o", out, "./bare"},
				{"build", "-C", dir, "./bare"},
				{"-C", dir, "build", "-p=1", "./bare"},
			} {
				if scopeOf(t, g, dir, args...) != usual {
					t.Errorf("%v is of another kind", args)
				}
			}
			seen := map[string]string{usual: "build"}
			for _, args := range [][]string{
				{"vet", "./bare"}, {"list", "-export", "./bare"}, {"build", "-race", "./bare"},
				{"build", "-tags=x", "./bare"}, {"build", "./bare", "./bare/..."}, {"build", "-C", "bare"},
			} {
				scope, words := scopeOf(t, g, dir, args...), strings.Join(args, " ")
				if seen[scope] != "" {
					t.Errorf("%s is of one kind with %s", words, seen[scope])
				}
				seen[scope] = words
			}
		})
	}
}

func TestSurroundingsOfARunCount(t *testing.T) {
	t.Parallel()
	dir := newModule(t, bare)
	c := local(t)
	g := func(env ...string) gocmd { return withHelper(c.set(env...)) }
	usual := scopeOf(t, g(), dir, "build", "./bare")
	seen := map[string]string{usual: "nothing special"}
	another := func(what, scope string) {
		t.Helper()
		if seen[scope] != "" {
			t.Errorf("%s is of one kind with %s", what, seen[scope])
		}
		seen[scope] = what
	}
	another("GOARCH", scopeOf(t, g("GOARCH=arm64"), dir, "build", "./bare"))
	another("GOOS", scopeOf(t, g("GOOS=windows"), dir, "build", "./bare"))
	another("CGO_ENABLED", scopeOf(t, g("CGO_ENABLED=0"), dir, "build", "./bare"))
	named := scopeOf(t, g("GOCACHE_S3_SCOPE=nightly"), dir, "build", "./bare")
	another("a name", named)
	another("another module", scopeOf(t, g(), newModule(t, map[string]string{"go.mod": "module example.test/b\n\ngo 1.24\n", "bare/bare.go": "package bare\n"}), "build", "./bare"))
	if scopeOf(t, g("GOCACHE_S3_SCOPE=nightly"), dir, "vet", "./bare") != named {
		t.Error("another command of the same name is of another kind")
	}
	// -trimpath (see command): where the module lies does not count
	if scopeOf(t, g(), newModule(t, bare), "build", "./bare") != usual {
		t.Error("the same module elsewhere is of another kind")
	}
	work := filepath.Join(dir, "go.work")
	writeFile(t, work, []byte("go 1.24\n\nuse .\n"))
	another("a workspace", scopeOf(t, g(), dir, "build", "./bare"))
	if scopeOf(t, g("GOWORK=off"), dir, "build", "./bare") != usual {
		t.Error("GOWORK=off does not count")
	}
	if err := os.Remove(work); err != nil {
		t.Fatal(err)
	}
}

// A helper that a script starts finds the go command behind the script.
func TestScopeBehindAScript(t *testing.T) {
	t.Parallel()
	dir := newModule(t, bare)
	g := withHelper(local(t))
	usual := scopeOf(t, g, dir, "build", "./bare")
	script := filepath.Join(t.TempDir(), "helper.sh")
	stats := filepath.Join(t.TempDir(), "stats")
	text := "#!/bin/sh\n" + program(t) + " -stats " + stats + "\ntrue\n"
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := g.command(t, dir, "build", "./bare")
	cmd.Env = append(cmd.Env, "GOCACHEPROG="+script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err.(*exec.ExitError), out)
	}
	if all := readStats(t, stats); len(all) != 1 || all[0].Scope != usual {
		t.Errorf("%+v, want scope %s", all, usual)
	}
}

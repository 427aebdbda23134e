package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The promise of the whole: one machine builds into an empty bucket, a second
// one with nothing local compiles nothing and gets the same program. Against
// every real server, over http and https, by address.
func TestSecondMachineCompilesNothing(t *testing.T) {
	eachPlace(t, func(t *testing.T, b *bucket) {
		secondMachine(t, withHelper(at(t, b.store)))
	})
}

// The same with every version of go; and it is the program that go alone
// builds, byte for byte.
func TestSameProgramFromEveryGo(t *testing.T) {
	eachVersion(t, func(t *testing.T, version string) {
		b := serve(t, versitygw, false).newBucket(t)
		built := secondMachine(t, withHelper(at(t, b.store)).in(version))
		seed(t, filepath.Join(t.TempDir(), "cache"), version)
		want, err := os.ReadFile(seedProgram(version))
		if err != nil || !bytes.Equal(built, want) {
			t.Errorf("go alone builds another program: %v", err)
		}
	})
}

// secondMachine gives back the program that both machines built.
func secondMachine(t *testing.T, g gocmd) []byte {
	t.Helper()
	dir := newModule(t, nil)
	first, second := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second")
	if n := g.compiles(t, dir, "build", "-o", first, "."); n < 20 {
		t.Fatalf("the first machine compiled only %d packages", n)
	}
	g.config = g.config.emptied(t)
	if n := g.compiles(t, dir, "build", "-o", second, "."); n != 0 {
		t.Errorf("the second machine ran the compiler %d times", n)
	}
	if got := output(t, second); got != expected {
		t.Errorf("it prints %q", got)
	}
	one, _ := os.ReadFile(first)
	two, err := os.ReadFile(second)
	if err != nil || !bytes.Equal(one, two) {
		t.Errorf("the programs differ: %v", err)
	}
	return two
}

// -read-only for untrusted jobs: the bucket is the same afterwards, byte for
// byte, and the build works.
func TestReadOnlyLeavesTheBucketAsItWas(t *testing.T) {
	eachPlace(t, func(t *testing.T, b *bucket) {
		c := at(t, b.store)
		seed(t, c.cache, "local")
		dir := newModule(t, nil)
		withHelper(c).run(t, dir, "build", "-gcflags=example.test/...=-N", "-o", os.DevNull, ".")
		goneWithin(t, c.cache, hang)
		before := b.dump()
		if len(before) == 0 {
			t.Fatal("nothing was uploaded")
		}
		reader := withHelper(c.emptied(t)).read()
		seed(t, c.cache, "local")
		reader.run(t, dir, "build", "-gcflags=example.test/...=-N -l", "-o", os.DevNull, ".")
		reader.run(t, dir, "test", "-gcflags=example.test/...=-N -l", "./...")
		goneWithin(t, c.cache, hang)
		after := b.dump()
		for key, was := range before {
			if after[key] != was {
				t.Errorf("%s: was %s, is %s", key, was, after[key])
			}
		}
		if len(after) != len(before) {
			t.Errorf("%d objects, before %d", len(after), len(before))
		}
	})
}

// Without the right to list, a missing key is 403; the build goes on.
func TestBucketThatForbidsEverything(t *testing.T) {
	s := newBadServer(t, document("403 Forbidden", "AccessDenied"))
	c := at(t, s.store)
	seed(t, c.cache, "local")
	dir := newModule(t, nil)
	r := withHelper(c).run(t, dir, "build", "-gcflags=example.test/...=-N", "-o", os.DevNull, ".")
	if n := len(r.ours()); n < 1 || n > 4 { // get, put, list, dropped
		t.Errorf("%d lines: %s", n, r.stderr)
	}
}

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// The module that the go command builds: a program over two packages, one of
// them with an embedded file, a test that is cached, and a test that runs go.
// It needs no package that is not in the standard library.
var moduleFiles = map[string]string{
	"go.mod": "module example.test/app\n\ngo 1.24\n",
	"main.go": `package main

import (
	"fmt"

	"example.test/app/greet"
	"example.test/app/sum"
)

func main() { fmt.Println(greet.Text(), sum.Of(1, 2, 3)) }
`,
	"greet/greet.go": `package greet

import _ "embed"

//go:embed greeting
var greeting string

func Text() string { return greeting }
`,
	"greet/greeting": "hello",
	"sum/sum.go": `package sum

func Of(numbers ...int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
`,
	"sum/sum_test.go": `package sum

import "testing"

func TestOf(t *testing.T) {
	if Of(1, 2) != 3 {
		t.Fatal("wrong sum")
	}
}
`,
}

// expected is what the module's program prints.
const expected = "hello 6\n"

// newModule writes the module. Its files are old enough for the go command to
// index their packages.
func newModule(t testing.TB, more map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "app")
	old := time.Now().Add(-time.Hour)
	for _, files := range []map[string]string{moduleFiles, more} {
		for name, text := range files {
			path := filepath.Join(dir, name)
			writeFile(t, path, []byte(text))
			if err := os.Chtimes(path, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// output runs a built program.
func output(t testing.TB, path string) string {
	t.Helper()
	out, err := exec.Command(path).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", path, err, out)
	}
	return string(out)
}

var seedsLock sync.Mutex

// seed copies into cache what a go command without the helper leaves after it
// built and tested the module once, so that a test need not compile the
// standard library again.
func seed(t testing.TB, cache, version string) {
	t.Helper()
	seedsLock.Lock()
	defer seedsLock.Unlock()
	from := filepath.Join(runDir, "seed-"+version)
	if _, err := os.Stat(from); err != nil {
		fillSeed(t, from, version)
	}
	if out, err := exec.Command("cp", "-a", from, cache).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v: %s", err, out)
	}
}

// seedProgram is the program that go alone built from nothing.
func seedProgram(version string) string { return filepath.Join(runDir, "program-"+version) }

func fillSeed(t testing.TB, cache, version string) {
	t.Helper()
	c := newConfig(t)
	c.cache = cache
	dir := newModule(t, nil)
	g := withoutHelper(c).in(version)
	g.run(t, dir, "build", "-o", seedProgram(version), ".")
	g.run(t, dir, "vet", "./...")
	g.run(t, dir, "test", "./...")
}

package e2e

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// filledOnce is what the module's build, vet and test leave in an empty
// bucket.
var filledOnce struct {
	sync.Mutex
	objects map[string]object
}

// filled is a bucket in memory that a machine has built and tested the module
// into.
func filled(t testing.TB) *badServer {
	t.Helper()
	filledOnce.Lock()
	defer filledOnce.Unlock()
	if filledOnce.objects == nil {
		s := newBadServer(t, nil)
		fill(t, at(t, s.store))
		filledOnce.objects = s.objects
	}
	s := newBadServer(t, nil)
	s.objects = maps.Clone(filledOnce.objects)
	return s
}

// fill builds the module on a machine that has the standard library already.
func fill(t testing.TB, c config) {
	t.Helper()
	seed(t, c.cache, "local")
	build(t, withHelper(c.set("GOCACHE_S3_DRAIN=10m")), sharedModule(t))
}

// build builds the module to its end, uploads and all, and gives the number of
// compiles. It is the same command each time.
func build(t testing.TB, g gocmd, dir string) int {
	t.Helper()
	n := g.compiles(t, dir, "build", "-o", os.DevNull, ".")
	goneWithin(t, g.cache, hang)
	return n
}

// sharedModule is the module, in one place and of one time for all machines:
// go keeps an index of its packages under these.
func sharedModule(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(runDir, "module", "app")
	sharedOnce.Do(func() {
		if err := os.CopyFS(dir, os.DirFS(newModule(t, nil))); err != nil {
			t.Fatal(err)
		}
		filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
			return os.Chtimes(path, someTime, someTime)
		})
	})
	return dir
}

var (
	sharedOnce sync.Once
	someTime   = time.Now().Add(-time.Hour)
)

package e2e

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// The credentials of every server here. A test looks for them in all that the
// program writes, so they look like nothing else.
const (
	accessKey = "CANARYACCESSKEY00001"
	secretKey = "canarySecret/Key+0000000000000000000001"
	region    = "us-east-1"
)

// machineMark is a variable that tells the processes of one test from others.
const machineMark = "E2E_MACHINE="

// config is one configuration of the helper: the environment and the
// arguments that a user would give it. Nothing of this machine's own
// environment reaches the helper.
type config struct {
	dir      string // this machine's HOME, TMPDIR and GOCACHE lie here
	cache    string // GOCACHE
	endpoint string // "" for none
	bucket   string // "" for none
	prefix   string
	ca       string   // AWS_CA_BUNDLE
	args     []string // of the helper
	env      []string // more variables, later ones win
}

// newConfig is a machine with nothing local that knows no bucket.
func newConfig(t testing.TB) config {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"home", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { settle(t, dir) })
	return config{dir: dir, cache: filepath.Join(dir, "gocache")}
}

// sanitizerLog begins the names of a sanitizer's reports.
const sanitizerLog = "sanitizer"

// settle waits for the processes that a test left behind, mirrors that still
// drain above all, and kills them if they stay.
func settle(t testing.TB, dir string) {
	t.Helper()
	defer noSanitizerReport(t, filepath.Join(dir, "gocache"))
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		left := marked(machineMark + dir)
		if len(left) == 0 {
			return
		}
		if time.Now().After(end) {
			for _, pid := range left {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

func noSanitizerReport(t testing.TB, cache string) {
	t.Helper()
	found, _ := filepath.Glob(filepath.Join(cache, sanitizerLog+"*"))
	for _, path := range found {
		text, _ := os.ReadFile(path)
		t.Errorf("%s:\n%s", path, text)
	}
}

// at is a machine with nothing local that uses this store.
func at(t testing.TB, s store) config {
	t.Helper()
	c := newConfig(t)
	c.endpoint, c.bucket, c.ca = s.endpoint, s.bucket, s.ca
	return c.set(s.env...)
}

// with is c with more arguments.
func (c config) with(args ...string) config {
	c.args = append(append([]string(nil), c.args...), args...)
	return c
}

// set is c with more variables.
func (c config) set(env ...string) config {
	c.env = append(append([]string(nil), c.env...), env...)
	return c
}

// emptied is c as a second machine: the same paths, but nothing local.
func (c config) emptied(t testing.TB) config {
	t.Helper()
	noSanitizerReport(t, c.cache)
	if err := os.RemoveAll(c.cache); err != nil {
		t.Fatal(err)
	}
	return c
}

// environ is the whole environment of a process on this machine.
func (c config) environ() []string {
	env := []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=" + filepath.Join(c.dir, "home"),
		"TMPDIR=" + filepath.Join(c.dir, "tmp"),
		"GOCACHE=" + c.cache,
		"LC_ALL=C",
		machineMark + c.dir,
		"AWS_EC2_METADATA_DISABLED=true", // unless a test plays it
	}
	// A sanitizer's report on a mirror whose stderr is gone; only the cache
	// directory is open to it, and a path may not be as long as any.
	if log := filepath.Join(c.cache, sanitizerLog); len(log) < 2048 {
		env = append(env, "ASAN_OPTIONS=log_path='"+log+"'", "UBSAN_OPTIONS=log_path='"+log+"'")
	}
	if c.endpoint != "" {
		env = append(env, "AWS_ENDPOINT_URL_S3="+c.endpoint,
			"AWS_REGION="+region,
			"AWS_ACCESS_KEY_ID="+accessKey,
			"AWS_SECRET_ACCESS_KEY="+secretKey)
	}
	if c.bucket != "" {
		env = append(env, "GOCACHE_S3_BUCKET="+c.bucket,
			"GOCACHE_S3_PATH_STYLE=true")
	}
	if c.prefix != "" {
		env = append(env, "GOCACHE_S3_PREFIX="+c.prefix)
	}
	if c.ca != "" {
		env = append(env, "AWS_CA_BUNDLE="+c.ca)
	}
	return append(env, c.env...)
}

// local is a machine with an empty bucket: for what concerns go alone.
func local(t testing.TB) config {
	t.Helper()
	return at(t, newBadServer(t, nil).store)
}

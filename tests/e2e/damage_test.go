package e2e

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"testing"
	"time"
)

// files are the files in a cache directory that end so.
func files(t testing.TB, cache, suffix string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(cache, "??", "*"+suffix))
	if err != nil || len(found) == 0 {
		t.Fatalf("no %s files in %s: %v", suffix, cache, err)
	}
	sort.Strings(found)
	return found
}

// damages are ways in which a file goes bad. Size and times stay where the
// damage can keep them.
var damages = map[string]func(t testing.TB, path string){
	"a byte flipped": func(t testing.TB, path string) {
		rewrite(t, path, func(text []byte) []byte {
			if len(text) > 0 {
				text[len(text)/2] ^= 0x20
			}
			return text
		})
	},
	"zeroed": func(t testing.TB, path string) {
		rewrite(t, path, func(text []byte) []byte { return make([]byte, len(text)) })
	},
	"cut": func(t testing.TB, path string) {
		rewrite(t, path, func(text []byte) []byte { return text[:len(text)/2] })
	},
	"emptied": func(t testing.TB, path string) { rewrite(t, path, func([]byte) []byte { return nil }) },
	"longer": func(t testing.TB, path string) {
		rewrite(t, path, func(text []byte) []byte { return append(text, '\n') })
	},
	"deleted": func(t testing.TB, path string) { os.Remove(path) },
	"a directory": func(t testing.TB, path string) {
		os.Remove(path)
		os.Mkdir(path, 0o755)
	},
	"a dangling link": func(t testing.TB, path string) {
		os.Remove(path)
		os.Symlink("/nonexistent/there", path)
	},
}

// rewrite changes a file in place and gives it its old times again.
func rewrite(t testing.TB, path string, change func([]byte) []byte) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(path, 0o600)
	if err := os.WriteFile(path, change(text), 0o600); err != nil {
		t.Fatal(err)
	}
	os.Chtimes(path, info.ModTime(), info.ModTime())
}

// A local file that was damaged is never handed out: the entry comes from the
// bucket, or is a miss; a put makes it whole again.
func TestDamagedLocalFileIsNotHandedOut(t *testing.T) {
	for name, damage := range damages {
		for _, suffix := range []string{"-a", "-d"} {
			t.Run(name+" "+suffix, func(t *testing.T) {
				t.Parallel()
				s := newBadServer(t, nil)
				c := at(t, s.store)
				h := start(t, c)
				h.put(victim, sample)
				h.hit(victim, sample)
				h.end()

				damage(t, files(t, c.cache, suffix)[0])
				healed := start(t, c)
				// from the bucket; but nobody puts a file where
				// somebody made a directory
				if got := healed.get(victim); !got.Miss || name != "a directory" {
					healed.check(got, sample)
				}
				healed.end()
				healed.said(0, 1)

				damage(t, files(t, c.cache, suffix)[0])
				alone := start(t, c.set("GOCACHE_S3_BUCKET="))
				if got := alone.get(victim); !got.Miss {
					alone.check(got, sample)
				}
				alone.put(victim, sample)
				if name != "a directory" {
					alone.hit(victim, sample)
				}
				alone.end()
			})
		}
	}
}

// Damage while the helper runs: what it checked a moment ago does not count.
func TestFileDamagedBetweenTwoGets(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, nil)
			c := at(t, s.store)
			h := start(t, c)
			h.put(victim, sample)
			h.hit(victim, sample)
			waitFor(t, "the upload", patience, func() bool { return s.entries() == 1 })
			time.Sleep(20 * time.Millisecond) // past the granularity of ctime
			damage(t, files(t, c.cache, "-d")[0])
			if got := h.get(victim); !got.Miss {
				h.check(got, sample)
			}
			h.end()
		})
	}
}

// Foreign files in the directory are nobody's concern.
func TestForeignFilesInTheDirectory(t *testing.T) {
	t.Parallel()
	c := local(t)
	for _, name := range []string{"README", "trim.txt", "00/notes", "zz/file", "00/" + victim.hex() + "-x", "fuzz/a/b"} {
		writeFile(t, filepath.Join(c.cache, name), []byte("foreign"))
	}
	h := start(t, c)
	h.put(victim, sample)
	h.hit(victim, sample)
	h.end()
	h.quiet()
	for _, name := range []string{"README", "00/notes", "zz/file", "fuzz/a/b"} {
		if text, err := os.ReadFile(filepath.Join(c.cache, name)); err != nil || string(text) != "foreign" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Entries unused for long are trimmed by go's rules, at most once a day;
// others stay.
func TestTrimByGosRules(t *testing.T) {
	t.Parallel()
	c := local(t).set("GOCACHE_S3_BUCKET=")
	h := start(t, c)
	h.put(victim, sample)
	h.put(bystander, []byte("fresh"))
	h.end()
	old := time.Now().Add(-6 * 24 * time.Hour)
	for _, path := range []string{entryFile(c.cache, victim), bodyFile(c.cache, sample)} {
		if err := os.Chtimes(path, old, old); err != nil {
			t.Fatal(err)
		}
	}
	writeFile(t, filepath.Join(c.cache, "trim.txt"), []byte("1"))
	h = start(t, c)
	h.end()
	waitFor(t, "the trim", patience, func() bool {
		_, err := os.Stat(bodyFile(c.cache, sample))
		return os.IsNotExist(err)
	})
	again := start(t, c)
	again.miss(victim)
	again.hit(bystander, []byte("fresh"))
	again.end()
}

func entryFile(cache string, action id) string {
	return filepath.Join(cache, action.hex()[:2], action.hex()+"-a")
}

func bodyFile(cache string, body []byte) string {
	return filepath.Join(cache, outputOf(body).hex()[:2], outputOf(body).hex()+"-d")
}

// The real go command over a cache of which a part is damaged, locally and in
// the bucket: exit 0 and the right program, in every version.
func TestDamagedCacheGivesTheRightProgram(t *testing.T) {
	eachVersion(t, func(t *testing.T, version string) {
		g, dir, s := goMachine(t, version)
		build := func() {
			t.Helper()
			out := filepath.Join(t.TempDir(), "app")
			g.run(t, dir, "build", "-gcflags=example.test/...=-N", "-o", out, ".")
			if got := output(t, out); got != expected {
				t.Errorf("it prints %q", got)
			}
			g.run(t, dir, "vet", "./...")
		}
		build()
		random := rand.New(rand.NewPCG(1, 2))
		for name, damage := range damages {
			if name == "a directory" {
				continue // go itself cannot replace it
			}
			for _, suffix := range []string{"-a", "-d"} {
				all := files(t, g.cache, suffix)
				for range 40 {
					if path := all[random.IntN(len(all))]; !isLink(path) {
						if _, err := os.Stat(path); err == nil {
							damage(t, path)
						}
					}
				}
			}
			build()
		}
		s.mu.Lock()
		for entry, o := range s.objects {
			if len(o.body) > 0 && random.IntN(2) == 0 {
				s.objects[entry] = object{flip(bytes.Clone(o.body)), o.metadata}
			}
		}
		s.mu.Unlock()
		g.config = g.config.emptied(t)
		seed(t, g.cache, version)
		build()
	})
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&os.ModeSymlink != 0
}

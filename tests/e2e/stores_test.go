package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The real go command at every store that can be run here. A run leaves
// objects, packs and a snapshot under its scope and its family that agree with
// each other; later ones, on this machine and on others, compile nothing: with
// what is in packs, and with the entries' own objects. With packs, and for a
// reader that has something new, the bucket stays as it is, byte for byte.
func TestGoBuildAtEveryStore(t *testing.T) {
	eachPlace(t, func(t *testing.T, b *bucket) {
		c := at(t, b.store)
		fill(t, c)
		agree(t, b.bodies())
		before := b.dump()
		if n := build(t, withHelper(c), sharedModule(t)); n != 0 {
			t.Errorf("%d compiles the second time", n)
		}
		ahead := freshBuild(t, b.store)
		if ahead.Fetched != 0 || ahead.Prefetched < 20 || ahead.Requests > 40 {
			t.Errorf("with packs: %+v", ahead)
		}
		sameDump(t, before, b.dump())
		single := freshBuild(t, b.store, "-prefetch=off")
		if single.Fetched < 20 || single.Prefetched != 0 {
			t.Errorf("with objects: %+v", single)
		}
		before = b.dump()
		reader := withHelper(at(t, b.store).with("-read-only"))
		changed := newModule(t, map[string]string{"sum/more.go": "package sum\n\nconst More = 1\n"})
		if n := build(t, reader, changed); n < 1 || n > 2 { // main uses it
			t.Errorf("%d compiles after a change", n)
		}
		sameDump(t, before, b.dump())
	})
}

// freshBuild builds the module on a machine that has nothing, without compiling.
func freshBuild(t *testing.T, s store, args ...string) mirrorCounts {
	t.Helper()
	c, count := at(t, s).with(args...).counted(t)
	r := withHelper(c).run(t, sharedModule(t), "build", "-x", "-o", os.DevNull, ".")
	goneWithin(t, c.cache, hang)
	if n := countTools(r.stderr); n != 0 || len(r.ours()) != 0 {
		t.Errorf("%d compiles on a fresh machine: %q", n, r.ours())
	}
	return count().Mirror
}

func sameDump(t *testing.T, before, after map[string]string) {
	t.Helper()
	for key, was := range before {
		if after[key] != was {
			t.Errorf("%s: was %s, is %s", key, was, after[key])
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d objects, before %d", len(after), len(before))
	}
}

// What a wrong setting is called: by the store's own word for it, in one line;
// or the store does not look, and all is had.
func TestWrongSettingsAtEveryStore(t *testing.T) {
	for _, p := range places {
		for _, test := range []struct {
			name, word string
			change     func(c config) config
		}{
			{"secret", p.finds.secret, func(c config) config { return c.set("AWS_SECRET_ACCESS_KEY=wrong") }},
			{"key", p.finds.key, func(c config) config { return c.set("AWS_ACCESS_KEY_ID=UNKNOWN") }},
			{"token", p.finds.token, func(c config) config { return c.set("AWS_SESSION_TOKEN=CANARYTOKEN") }},
			{"bucket", p.finds.bucket, func(c config) config { c.bucket = "no-such-bucket"; return c }},
		} {
			t.Run(p.name+" "+test.name, func(t *testing.T) {
				b := p.newBucket(t)
				b.write(victim.hex(), goObject(sample, time.Now()))
				h := start(t, test.change(at(t, b.store)))
				if got := h.get(victim); got.Miss != (test.word != "") {
					t.Errorf("miss: %v", got.Miss)
				}
				h.put(bystander, sample)
				h.hit(bystander, sample)
				h.end()
				if test.word == "" {
					h.quiet()
				} else if said := h.said(1, 2); !strings.Contains(strings.Join(said, "\n"), test.word) {
					t.Errorf("%q is not in %q", test.word, said)
				}
			})
		}
	}
}

// A wrong region heals where the store tells the right one, with one line;
// elsewhere nobody looks.
func TestWrongRegionAtEveryStore(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			b := p.newBucket(t)
			b.write(victim.hex(), goObject(sample, time.Now()))
			h := start(t, at(t, b.store).with("-drain=60s").set("AWS_REGION=eu-central-9"))
			h.hit(victim, sample)
			h.put(bystander, sample)
			h.end()
			if !p.finds.region {
				h.quiet()
			} else if line := h.said(1, 1)[0]; !strings.Contains(line, p.kind.region) {
				t.Errorf("no %s in %q", p.kind.region, line)
			}
			if _, stored := b.read(bystander.hex()); !stored {
				t.Error("not uploaded")
			}
		})
	}
}

// The README's quick start with LocalStack, word for word, but for Docker and
// the port.
func TestQuickStartWithLocalStack(t *testing.T) {
	s := serve(t, localstack, false)
	b := s.newBucket(t)
	b.bucket = "build-cache" // as compose.yaml makes it
	b.must(b.client.CreateBucket(context.Background(), &s3.CreateBucketInput{Bucket: &b.bucket}))
	script := strings.NewReplacer("docker compose up -d", "", ":4566", fmt.Sprint(":", s.site.port)).
		Replace(readmeBlock(t, "## LocalStack"))
	c := newConfig(t)
	seed(t, c.cache, "local")
	path := filepath.Join(c.dir, "bin") + ":" + filepath.Join(goRoot(t, "local"), "bin") + ":/usr/bin:/bin"
	link(t, c)
	for range 2 {
		cmd := withoutHelper(c.set("PATH="+path, "GOCACHE_S3_STATS="+filepath.Join(c.dir, "stats"))).
			command(t, sharedModule(t))
		cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-ec", script}
		if out, err := cmd.CombinedOutput(); err != nil || len(out) != 0 {
			t.Fatalf("%v: %s", err, out)
		}
		goneWithin(t, c.cache, hang)
		if err := os.RemoveAll(c.cache); err != nil { // the next is a fresh machine
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(c.dir, "stats"))
	var second counts
	if runs := lines(string(text)); len(runs) == 2 {
		err = json.Unmarshal([]byte(runs[1]), &second)
	}
	// go always asks for one that is never there
	if err != nil || second.Misses > 1 || second.Mirror.Prefetched < 100 {
		t.Errorf("%v: %s", err, text)
	}
}

// link gives the program its name on the machine's PATH.
func link(t *testing.T, c config) {
	t.Helper()
	dir := filepath.Join(c.dir, "bin")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.Symlink(program(t), filepath.Join(dir, "gocache-s3"))); err != nil {
		t.Fatal(err)
	}
}

// readmeBlock is the first block of commands below a heading.
func readmeBlock(t *testing.T, heading string) string {
	t.Helper()
	_, section, _ := strings.Cut(readText(t, "../../README.md"), "\n"+heading+"\n")
	var block strings.Builder
	for _, line := range lines(section) {
		if command, indented := strings.CutPrefix(line, "    "); indented {
			block.WriteString(command + "\n")
		} else if line != "" {
			break
		}
	}
	return block.String()
}

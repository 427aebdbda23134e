package e2e

import (
	"bytes"
	"encoding/base64"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A body is one line of any length: 60 MB are a line of 80 MB.
func TestLargeBodyInLittleMemory(t *testing.T) {
	s := newBadServer(t, nil)
	h := start(t, at(t, s.store).with("-drain=60s"))
	body := noise(60 * megabyte)
	peak := h.watchPeak()
	h.put(victim, body)
	h.hit(victim, body)
	h.end()
	memory := peak()
	if o, _ := s.load(victim.hex()); !bytes.Equal(o.body, body) {
		t.Errorf("%d bytes in the bucket, want %d", len(o.body), len(body))
	}
	fresh := start(t, at(t, s.store))
	peak = fresh.watchPeak()
	fresh.hit(victim, body)
	fresh.end()
	memory = max(memory, peak())
	t.Logf("peak memory %d kB", memory)
	if isRelease(t) && memory > memoryLimitKB {
		t.Errorf("peak memory %d kB, want at most %d kB", memory, memoryLimitKB)
	}
}

// cmd/go's bug: when the file that it sends changes, the body stops short and
// the next request begins on the same line. No reply to that put, and no
// entry; everything else goes on.
func TestBodyCutByTheNextRequest(t *testing.T) {
	t.Parallel()
	for _, cut := range []int{1, 2, 3, 4, 5, 50, 1000} {
		h := start(t, local(t))
		text := putRequest(1, victim, sample).encode(sample)
		open := bytes.IndexByte(text, '\n') + 2
		h.raw(append(text[:open+cut:open+cut], getRequest(2, bystander).encode(nil)...))
		if got := h.await(2, prompt); !got.Miss {
			t.Errorf("cut after %d: a hit, want a miss", cut)
		}
		h.lastID = 2
		h.miss(victim)
		h.put(victim, sample)
		h.hit(victim, sample)
		h.end()
		select {
		case got := <-h.mailbox(1):
			t.Errorf("cut after %d: the put was answered: %+v", cut, got)
		default:
		}
		noTemporaries(t, h.machine.cache)
	}
}

// go is killed while it sends a body.
func TestBodyCutByTheEnd(t *testing.T) {
	t.Parallel()
	text := putRequest(1, victim, sample).encode(sample)
	for _, cut := range []int{1, 60, len(text) - 1500, len(text) - 3, len(text) - 2} {
		c := local(t)
		h := start(t, c)
		h.raw(text[:cut])
		h.stdin.Close()
		if code := h.exit(prompt); code != 0 && cut != 1 && cut != 60 {
			t.Errorf("cut after %d: exit %d; stderr: %s", cut, code, h.stderr)
		}
		h.said(0, 1)
		noTemporaries(t, h.machine.cache)
		again := start(t, c)
		again.miss(victim)
		again.end()
	}
}

// A body that is not what was announced is never handed out.
func TestBodyThatIsNotWhatWasAnnounced(t *testing.T) {
	t.Parallel()
	cases := map[string]func(r *request, body *[]byte){
		"longer than BodySize":  func(r *request, _ *[]byte) { r.BodySize-- },
		"shorter than BodySize": func(r *request, _ *[]byte) { r.BodySize++ },
		"much shorter":          func(r *request, _ *[]byte) { r.BodySize = 1 << 40 },
		"of another OutputID":   func(r *request, _ *[]byte) { other := outputOf([]byte("other")); r.OutputID = other[:] },
		"with a flipped bit":    func(_ *request, body *[]byte) { *body = flip(bytes.Clone(*body)) },
		"empty, of another OutputID": func(r *request, body *[]byte) {
			*body, r.BodySize = nil, 0
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := local(t)
			h := start(t, c)
			body := bytes.Clone(sample)
			r := putRequest(1, victim, body)
			change(&r, &body)
			h.raw(r.encode(body))
			h.lastID = 1
			h.miss(victim)
			select {
			case got := <-h.mailbox(1):
				if got.Err != "" {
					t.Errorf("an error reply to a put fails the build: %s", got.Err)
				}
			default:
			}
			h.put(victim, sample)
			h.hit(victim, sample)
			h.end()
			noTemporaries(t, h.machine.cache)
		})
	}
}

// noTemporaries wants nothing in a cache directory but what belongs there.
func noTemporaries(t testing.TB, cache string) {
	t.Helper()
	filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		name := d.Name()
		if filepath.Dir(path) != cache && !strings.HasSuffix(name, "-a") && !strings.HasSuffix(name, "-d") ||
			strings.Contains(strings.ToLower(name), "tmp") {
			t.Errorf("left behind: %s", path)
		}
		return nil
	})
}

// A body that is base64 in its own way is nonsense.
func TestBodyThatIsNotBase64(t *testing.T) {
	t.Parallel()
	head := string(putRequest(1, victim, []byte("0123456789")).json()) + "\n\n"
	good := base64.StdEncoding.EncodeToString([]byte("0123456789"))
	for name, line := range map[string]string{
		"a bad character":          `"MDEy*zQ1Njc4OQ=="`,
		"URL alphabet":             `"MDEy-_Q1Njc4OQ=="`,
		"padding in the middle":    `"MDEy=zQ1Njc4OQ=="`,
		"an escaped character":     `"MDEy\u004dQ1Njc4OQ=="`,
		"no quote":                 good,
		"an object instead":        `[]`,
		"no padding":               `"` + strings.TrimRight(good, "=") + `"`,
		"one character":            `"M"`,
		"bits beyond the end":      `"MDEyMzQ1Njc4OR=="`,
		"something after the body": `"` + good + `" junk`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, local(t))
			h.offer([]byte(head + line + "\n"))
			h.stdin.Close()
			if name == "bits beyond the end" || name == "no padding" {
				h.exit(prompt) // Go's decoder is of two minds here, too
				return
			}
			nonsense(t, h)
		})
	}
}

// nonsense wants the end that garbage on stdin has: exit 1 and one line.
func nonsense(t testing.TB, h *helper) {
	t.Helper()
	if code := h.exit(prompt); code != 1 {
		t.Errorf("exit %d, want 1; stderr: %s", code, h.stderr)
	}
	h.said(1, 1)
	if text := h.stderr.String(); strings.ContainsAny(strings.TrimSuffix(text, "\n"), "\x00\x1b\r") {
		t.Errorf("control bytes in %q", text)
	}
}

func TestGarbageOnStdin(t *testing.T) {
	action := string(getRequest(1, victim).json())
	cases := map[string]string{
		"a word":                     "hello\n",
		"an array":                   "[]\n",
		"a string":                   "\"text\"\n",
		"null":                       "null\n",
		"a number":                   "17\n",
		"NUL bytes":                  strings.Repeat("\x00", 100) + "\n",
		"binary":                     "\x7fELF\x02\x01\x01\x00\n",
		"terminal escapes":           "\x1b[2J\x1b]0;title\x07\n",
		"two objects on a line":      action + action + "\n",
		"text after an object":       action + "x\n",
		"an unclosed object":         `{"ID":1,"Command":"get"` + "\n",
		"a request split over lines": "{\"ID\":1,\n\"Command\":\"get\"}\n",
		"a key without a value":      `{"ID"}` + "\n",
		"a trailing comma":           `{"ID":1,"Command":"get2",}` + "\n",
		"commas only":                `{,}` + "\n",
		"two values":                 `{"ID" 1}` + "\n",
		"ID twice":                   `{"ID":1,"ID":2,"Command":"get2"}` + "\n",
		"ID as text":                 `{"ID":"1","Command":"get2"}` + "\n",
		"ID as a fraction":           `{"ID":1.5,"Command":"get2"}` + "\n",
		"ID too large":               `{"ID":99999999999999999999,"Command":"get2"}` + "\n",
		"ID missing":                 `{"Command":"get2"}` + "\n",
		"Command as a number":        `{"ID":1,"Command":7}` + "\n",
		"no ActionID":                `{"ID":1,"Command":"get"}` + "\n",
		"a short ActionID":           `{"ID":1,"Command":"get","ActionID":"AAAA"}` + "\n",
		"a long ActionID":            `{"ID":1,"Command":"get","ActionID":"` + strings.Repeat("AAAA", 20) + `"}` + "\n",
		"ActionID not base64":        `{"ID":1,"Command":"get","ActionID":"` + strings.Repeat("*", 44) + `"}` + "\n",
		"a put without OutputID":     strings.Replace(action, `"get"`, `"put"`, 1) + "\n",
		"a negative BodySize":        strings.Replace(string(putRequest(1, victim, sample).json()), `"BodySize":`, `"BodySize":-`, 1) + "\n",
		"a line of a megabyte":       `{"ID":1,"Command":"` + strings.Repeat("x", megabyte) + `"}` + "\n",
		"a megabyte without a line":  strings.Repeat("x", megabyte),
		"nested 2,000 deep":          strings.Repeat("[", 2000) + "\n",
		"objects nested deep":        strings.Repeat(`{"a":`, 500) + "\n",
		"bad UTF-8":                  "{\"ID\":1,\"Command\":\"\xff\xfe\"}\n",
		"a raw control byte":         "{\"ID\":1,\"Command\":\"a\x01b\"}\n",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lead := range []string{"", string(getRequest(90, bystander).encode(nil))} {
				h := start(t, local(t))
				h.offer([]byte(lead + text))
				h.stdin.Close()
				nonsense(t, h)
			}
		})
	}
}

// A flood is refused at once, not read to its end.
func TestFloodIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	h.offer(bytes.Repeat([]byte("x"), 64*megabyte))
	nonsense(t, h)
}

// The other end may have made stdin non-blocking, and fds may be missing.
func TestStrangeDescriptors(t *testing.T) {
	t.Run("stdin is non-blocking", func(t *testing.T) {
		t.Parallel()
		h := launch(t, local(t), func(cmd *exec.Cmd) {
			syscall.SetNonblock(int(cmd.Stdin.(*os.File).Fd()), true)
			syscall.SetNonblock(int(cmd.Stdout.(*os.File).Fd()), true)
		})
		<-h.greeted
		h.put(victim, bytes.Repeat(sample, 1000))
		h.hit(victim, bytes.Repeat(sample, 1000))
		h.end()
		h.quiet()
	})
	for name, closed := range map[string]string{"stderr is closed": "2>&-", "stderr is full": "2>/dev/full"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newBadServer(t, document("403 Forbidden", "AccessDenied"))
			h := launch(t, at(t, s.store), func(cmd *exec.Cmd) {
				cmd.Path = "/bin/sh"
				cmd.Args = []string{"sh", "-c", `exec "$0" ` + closed, program(t)}
			})
			<-h.greeted
			h.miss(bystander)
			h.put(victim, sample)
			h.hit(victim, sample)
			h.end()
		})
	}
	t.Run("stdout is closed by the reader", func(t *testing.T) {
		t.Parallel()
		h := launch(t, local(t), func(cmd *exec.Cmd) {
			cmd.Path = "/bin/sh"
			cmd.Args = []string{"sh", "-c", `"$0" | head -n 1`, program(t)}
		})
		<-h.greeted
		for n := int64(1); n < 50; n++ {
			h.offer(getRequest(n, victim).encode(nil))
		}
		h.stdin.Close()
		h.exit(patience)
	})
}

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestFirstLineIsTheGreeting(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	h.end()
	want := `{"ID":0,"KnownCommands":["get","put","close"]}`
	if got, _, _ := strings.Cut(h.stdout.String(), "\n"); got != want {
		t.Errorf("first line %s, want %s", got, want)
	}
}

// The greeting waits for nobody, whatever the store and the settings are.
func TestGreetingWaitsForNothing(t *testing.T) {
	t.Parallel()
	for _, u := range unreachables[:3] {
		c := at(t, store{endpoint: u.endpoint(t), bucket: "bucket"}).with("-drain=0s")
		quickest := hang // of some, since a busy machine may be slow itself
		for range 5 {
			begin := time.Now()
			h := start(t, c)
			quickest = min(quickest, time.Since(begin))
			h.stdin.Close()
			h.exitZero()
		}
		if quickest > 1500*time.Millisecond { // less than any wait for them
			t.Errorf("%s: %v", u.name, quickest)
		}
	}
}

func TestPutThenGet(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	bodies := map[string][]byte{
		"empty": nil, "one byte": {0}, "two": {1, 2}, "three": {1, 2, 3}, "four": {0xff, 0xfe, 0xfd, 0xfc},
		"text": sample, "binary": bytes.Repeat([]byte{0, 1, 254, 255}, 3000), "large": bytes.Repeat(sample, 3000),
	}
	for name, body := range bodies {
		before := time.Now().Add(-time.Second)
		put := h.put(actionOf("%s", name), body)
		got := h.hit(actionOf("%s", name), body)
		if put.DiskPath != got.DiskPath {
			t.Errorf("%s: put says %s, get %s", name, put.DiskPath, got.DiskPath)
		}
		if got.Time.Before(before) || got.Time.After(time.Now().Add(time.Second)) {
			t.Errorf("%s: Time %v", name, got.Time)
		}
		if !strings.HasPrefix(got.DiskPath, h.machine.cache+"/") {
			t.Errorf("%s: %s is not below GOCACHE", name, got.DiskPath)
		}
	}
	h.end()
	for name, body := range bodies {
		path := filepath.Join(h.machine.cache, outputOf(body).hex()[:2], outputOf(body).hex()+"-d")
		if stored, err := os.ReadFile(path); err != nil || !bytes.Equal(stored, body) {
			t.Errorf("%s does not outlive the helper: %v", name, err)
		}
	}
}

// The forms in which a message may come; each is a get of a missing entry.
func TestFormsOfARequest(t *testing.T) {
	t.Parallel()
	plain := string(getRequest(7, victim).json())
	action, _ := json.Marshal(victim[:])
	forms := map[string]string{
		"as go writes it":            plain + "\n\n",
		"without an empty line":      plain + "\n",
		"many empty lines":           "\n\n\n" + plain + "\n\n\n\n",
		"CR LF":                      plain + "\r\n\r\n",
		"spaces and tabs around":     "  \t" + plain + " \t\n \n",
		"spaces within":              fmt.Sprintf(`{ "ID" : 7 , "Command" : "get" , "ActionID" : %s }`+"\n", action),
		"other order":                fmt.Sprintf(`{"ActionID":%s,"Command":"get","ID":7}`+"\n", action),
		"members it does not know":   fmt.Sprintf(`{"ID":7,"New":{"a":[1,{"b":null}]},"Command":"get","ActionID":%s,"More":true}`+"\n", action),
		"BodySize 0":                 fmt.Sprintf(`{"ID":7,"Command":"get","ActionID":%s,"BodySize":0}`+"\n", action),
		"null for what is not there": fmt.Sprintf(`{"ID":7,"Command":"get","ActionID":%s,"OutputID":null}`+"\n", action),
	}
	for name, text := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, step := range []int{len(text), 1} {
				h := start(t, local(t))
				for from := 0; from < len(text); from += step {
					h.raw([]byte(text[from:min(from+step, len(text))]))
				}
				if got := h.await(7, prompt); !got.Miss || got.Err != "" {
					t.Errorf("miss %v, error %q", got.Miss, got.Err)
				}
				h.lastID = 7
				h.end()
			}
		})
	}
}

func TestOldSpellingObjectID(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	text := bytes.Replace(putRequest(1, victim, sample).encode(sample), []byte(`"OutputID"`), []byte(`"ObjectID"`), 1)
	h.raw(text)
	if got := h.await(1, prompt); got.Err != "" || got.DiskPath == "" {
		t.Fatalf("DiskPath %q, error %q", got.DiskPath, got.Err)
	}
	h.lastID = 1
	h.hit(victim, sample)
	h.end()
}

// The lines around a body may be empty or not; the body comes in any pieces.
func TestFormsOfABody(t *testing.T) {
	t.Parallel()
	body := []byte("some body!")
	whole := string(putRequest(1, victim, body).encode(body)) + string(getRequest(2, victim).encode(nil))
	tight := strings.ReplaceAll(whole, "\n\n", "\n")
	loose := strings.ReplaceAll(whole, "\n", "\r\n\r\n")
	for name, text := range map[string]string{"as go writes it": whole, "no empty lines": tight, "more empty lines": loose} {
		for step := range 40 {
			h := start(t, local(t))
			for from := 0; from < len(text); from += step + 1 {
				h.raw([]byte(text[from:min(from+step+1, len(text))]))
			}
			if got := h.await(1, prompt); got.Err != "" || got.DiskPath == "" {
				t.Fatalf("%s: DiskPath %q, error %q", name, got.DiskPath, got.Err)
			}
			h.check(h.await(2, prompt), body)
			h.lastID = 2
			h.end()
		}
	}
}

// go test -count and go clean -testcache need both: the last put wins, and
// its time is the one that get gives back.
func TestLastPutWins(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	h.put(victim, []byte("first"))
	first := h.hit(victim, []byte("first"))
	time.Sleep(20 * time.Millisecond)
	h.put(victim, []byte("second"))
	second := h.hit(victim, []byte("second"))
	if !second.Time.After(*first.Time) {
		t.Errorf("Time %v after a new put, before it %v", second.Time, first.Time)
	}
	time.Sleep(20 * time.Millisecond)
	h.put(victim, []byte("second"))
	third := h.hit(victim, []byte("second"))
	if !third.Time.After(*second.Time) {
		t.Errorf("Time %v after the same put again, before it %v", third.Time, second.Time)
	}
	h.end()
}

// The last put wins in the bucket, too.
func TestLastPutWinsInTheBucket(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, []byte("old"))
	c := at(t, s.store)
	h := start(t, c)
	h.hit(victim, []byte("old"))
	h.put(victim, []byte("new"))
	h.end()
	fresh := start(t, at(t, s.store))
	fresh.hit(victim, []byte("new"))
	fresh.end()
}

func TestUnknownCommandGetsAnErrorReply(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	for n, text := range map[int64]string{
		1: `{"ID":1,"Command":"get2"}`, 2: `{"ID":2,"Command":""}`, 3: `{"ID":3,"Command":"GET"}`, 4: `{"ID":4}`,
		5: `{"ID":5,"Command":"` + strings.Repeat("x", 1000) + `"}`,
	} {
		h.raw([]byte(text + "\n\n"))
		if got := h.await(n, prompt); got.Err == "" {
			t.Errorf("%s: no error", text)
		}
	}
	h.lastID = 5
	h.put(victim, sample)
	h.hit(victim, sample)
	h.end()
	h.quiet()
}

func TestTenThousandGetsInOneWrite(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, nil)
	s.hold(victim, sample)
	h := start(t, at(t, s.store))
	const count = 10000
	var text []byte
	for n := int64(1); n <= count; n++ {
		action := victim
		if n%2 == 0 {
			action = actionOf("flood %d", n%50)
		}
		text = append(text, getRequest(n, action).encode(nil)...)
	}
	go h.offer(text)
	hits := 0
	for n := int64(1); n <= count; n++ {
		if got := h.await(n, patience); !got.Miss && got.Err == "" {
			hits++
		}
	}
	// Of those that are more than may wait at once, some are misses.
	if hits < 4096/2 || hits > count/2 {
		t.Errorf("%d hits, want %d to %d", hits, 4096/2, count/2)
	}
	h.lastID = count
	h.end()
}

// Five thousand different gets at once, while the store is slow: more than
// the helper may keep waiting.
func TestMoreGetsThanMayWait(t *testing.T) {
	t.Parallel()
	s := newBadServer(t, func(x *exchange) { time.Sleep(5 * time.Millisecond); x.good() })
	h := start(t, at(t, s.store))
	var text []byte
	for n := int64(1); n <= 5000; n++ {
		text = append(text, getRequest(n, actionOf("many %d", n)).encode(nil)...)
	}
	go h.offer(text)
	for n := int64(1); n <= 5000; n++ {
		if got := h.await(n, hang); !got.Miss || got.Err != "" {
			t.Fatalf("get %d: miss %v, error %q", n, got.Miss, got.Err)
		}
	}
	h.lastID = 5000
	h.end()
}

// A caller that reads no replies for a while holds up itself only.
func TestRepliesThatNobodyReads(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	h.put(victim, sample)
	var text []byte
	for n := int64(2); n <= 3000; n++ {
		text = append(text, getRequest(n, victim).encode(nil)...)
	}
	go h.offer(text)
	time.Sleep(200 * time.Millisecond)
	for n := int64(2); n <= 3000; n++ {
		h.check(h.await(n, patience), sample)
	}
	h.lastID = 3000
	h.end()
}

// Replies come while the same conversation still sends a body.
func TestEarlierRepliesDoNotWaitForABody(t *testing.T) {
	t.Parallel()
	h := start(t, local(t))
	text := putRequest(2, victim, sample).encode(sample)
	h.raw(append(getRequest(1, bystander).encode(nil), text[:len(text)/2]...))
	if got := h.await(1, prompt); !got.Miss {
		t.Error("a hit, want a miss")
	}
	h.raw(text[len(text)/2:])
	if got := h.await(2, prompt); got.DiskPath == "" {
		t.Error("no DiskPath")
	}
	h.lastID = 2
	h.end()
}

package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"testing"
	"time"
)

// What a program on aws-sdk-go-v2 stores in the Go program's layout is a hit
// here: key, body, metadata outputid and time, and nothing else.
func TestWhatTheSDKWritesIsRead(t *testing.T) {
	eachPlace(t, func(t *testing.T, b *bucket) {
		zone := time.FixedZone("", 2*3600)
		when := time.Date(2024, 5, 6, 7, 8, 9, 123456789, zone)
		bodies := [][]byte{nil, {0}, sample, noise(3 * megabyte)}
		for _, prefix := range []string{"", "team", "team/sub project+1"} {
			c := at(t, b.store)
			c.prefix = prefix
			if prefix != "" {
				prefix += "/"
			}
			for i, body := range bodies {
				b.write(prefix+actionOf("sdk %d", i).hex(), goObject(body, when))
			}
			h := start(t, c)
			for i, body := range bodies {
				got := h.hit(actionOf("sdk %d", i), body)
				if !got.Time.Equal(when) {
					t.Errorf("Time %v, want %v", got.Time, when)
				}
			}
			h.miss(actionOf("sdk missing"))
			h.end()
			h.quiet()
		}
	})
}

// What the helper stores, a program on aws-sdk-go-v2 reads as the Go
// program's own; actionid is there besides.
func TestWhatIsWrittenTheSDKReads(t *testing.T) {
	eachPlace(t, func(t *testing.T, b *bucket) {
		bodies := [][]byte{nil, {0}, sample, noise(3 * megabyte)}
		for _, prefix := range []string{"", "team", "team/sub project+1"} {
			c := at(t, b.store)
			c.prefix = prefix
			if prefix != "" {
				prefix += "/"
			}
			h := start(t, c)
			before := time.Now().Add(-time.Second)
			for i, body := range bodies {
				h.put(actionOf("ours %d", i), body)
			}
			h.end()
			h.quiet()
			for i, body := range bodies {
				action := actionOf("ours %d", i)
				o, found := b.read(prefix + action.hex())
				if !found {
					t.Fatalf("%s%s is not there", prefix, action.hex())
				}
				checkObject(t, o, action, body, before)
			}
		}
	})
}

func checkObject(t *testing.T, o object, action id, body []byte, after time.Time) {
	t.Helper()
	if !bytes.Equal(o.body, body) {
		t.Errorf("%d bytes in the bucket, want %d", len(o.body), len(body))
	}
	if o.metadata["outputid"] != outputOf(body).hex() || o.metadata["actionid"] != action.hex() {
		t.Errorf("metadata %v", o.metadata)
	}
	when, err := time.Parse(time.RFC3339Nano, o.metadata["time"])
	if err != nil || when.Before(after) || when.After(time.Now().Add(time.Second)) {
		t.Errorf("time %q: %v", o.metadata["time"], err)
	}
}

// Objects of the helper that change places in the bucket are misses.
func TestSwappedObjectsAreMisses(t *testing.T) {
	b := serve(t, versitygw, false).newBucket(t)
	h := start(t, at(t, b.store))
	for i := range 10 {
		h.put(actionOf("swap %d", i), fmt.Appendf(nil, "body %d", i))
	}
	h.end()
	for i := 0; i < 10; i += 2 {
		left, right := actionOf("swap %d", i).hex(), actionOf("swap %d", i+1).hex()
		l, _ := b.read(left)
		r, _ := b.read(right)
		b.write(left, r)
		b.write(right, l)
	}
	fresh := start(t, at(t, b.store).with("-scope", "off"))
	for i := range 10 {
		fresh.miss(actionOf("swap %d", i))
	}
	fresh.end()
	fresh.said(1, 1)
}

// Every way in which a stored object can be damaged is a miss.
func TestDamagedObjectsAreMisses(t *testing.T) {
	b := serve(t, minio, false).newBucket(t)
	damage := map[string]func(o object) object{
		"flipped":      func(o object) object { return object{flip(o.body), o.metadata} },
		"cut":          func(o object) object { return object{o.body[:len(o.body)/2], o.metadata} },
		"emptied":      func(o object) object { return object{nil, o.metadata} },
		"longer":       func(o object) object { return object{append(o.body, 0), o.metadata} },
		"no metadata":  func(o object) object { return object{o.body, nil} },
		"no outputid":  func(o object) object { m := maps.Clone(o.metadata); delete(m, "outputid"); return object{o.body, m} },
		"bad outputid": func(o object) object { m := maps.Clone(o.metadata); m["outputid"] = "zz"; return object{o.body, m} },
		"bad time":     func(o object) object { m := maps.Clone(o.metadata); m["time"] = "now"; return object{o.body, m} },
	}
	for name, change := range damage {
		b.write(actionOf("%s", name).hex(), change(goObject(bytes.Clone(sample), time.Now())))
	}
	h := start(t, at(t, b.store))
	for name := range damage {
		if got := h.get(actionOf("%s", name)); !got.Miss {
			t.Errorf("%s: a hit", name)
		}
	}
	h.end()
	h.said(1, 3)
}

// An entry that was damaged in the bucket is repaired by the put that follows
// the miss.
func TestDamagedObjectIsRepairedByTheNextPut(t *testing.T) {
	b := serve(t, versitygw, false).newBucket(t)
	b.write(victim.hex(), object{[]byte("damaged"), goObject(sample, time.Now()).metadata})
	h := start(t, at(t, b.store))
	h.miss(victim)
	h.put(victim, sample)
	h.end()
	if o, _ := b.read(victim.hex()); !bytes.Equal(o.body, sample) {
		t.Errorf("still %q in the bucket; stderr: %s", o.body, h.stderr)
	}
}

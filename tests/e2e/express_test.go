package e2e

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The directory bucket that the other tests use is one to aws-sdk-go-v2 too:
// it opens a session, and every request is right.
func TestDirectoryIsOneToTheSDK(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, 5*time.Minute)
	client := s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String(d.endpoint), RetryMaxAttempts: 1,
		Credentials:                credentials.NewStaticCredentialsProvider(accessKey, secretFor(accessKey), "CANARYTOKEN"),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired})
	key := actionOf("express").hex()
	for range 3 {
		_, err := client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &d.bucket, Key: &key, Body: bytes.NewReader(sample)})
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &d.bucket, Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(got.Body); err != nil || !bytes.Equal(body, sample) {
		t.Errorf("%d bytes: %v", len(body), err)
	}
	d.check(t)
	if granted, used := d.sessions(); granted != 1 || used != 1 || d.bases[0] != accessKey+" CANARYTOKEN" {
		t.Errorf("%d sessions for %q, %d used", granted, d.bases, used)
	}
}

// A run opens one session and does all in it: entries, packs, lists.
func TestExpressRun(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, 5*time.Minute)
	all := wares("express")
	c := d.machine(t).set("AWS_SESSION_TOKEN=CANARYTOKEN")
	use(t, c, all)
	h := start(t, c.emptied(t).with("-read-only"))
	for _, e := range all {
		h.hit(e.action, e.body)
	}
	h.misses(40)
	h.leave()
	h.quiet()
	d.check(t)
	if !slices.Equal(d.modes, []string{"ReadWrite", "ReadOnly"}) || d.bases[0] != accessKey+" CANARYTOKEN" {
		t.Errorf("sessions %q for %q", d.modes, d.bases)
	}
	if len(d.accelerated("PUT", packKeys)) == 0 || len(d.accelerated("GET", packKeys)) == 0 {
		t.Error("no packs")
	}
	if strings.Contains(h.stderr.String(), "CANARY") {
		t.Error("a secret is said")
	}
}

// Sessions that end while a run goes on are replaced ahead of it: no miss, no
// word, no request in one that is over.
func TestExpressSessionsEnd(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, 9*time.Second)
	h := start(t, d.machine(t))
	for i, end := 0, time.Now().Add(14*time.Second); time.Now().Before(end); i++ {
		d.hold(actionOf("express %d", i), sample)
		h.hit(actionOf("express %d", i), sample)
		h.put(actionOf("express put %d", i), sample)
		time.Sleep(100 * time.Millisecond)
	}
	h.leave()
	h.quiet()
	d.check(t)
	if granted, used := d.sessions(); granted < 3 || used < 3 {
		t.Errorf("%d sessions, %d used", granted, used)
	}
}

// One that ends before its time is replaced after the first refusal, also for
// the base keys that are still good; no miss.
func TestExpressSessionIsRevoked(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, 5*time.Minute)
	h := start(t, d.machine(t))
	for i := range 6 {
		d.hold(actionOf("revoked %d", i), sample)
		h.hit(actionOf("revoked %d", i), sample)
		if i == 2 {
			d.revoke()
		}
	}
	h.leave()
	h.quiet()
	d.check(t, "in a session that has ended")
	if granted, used := d.sessions(); granted != 2 || used != 2 {
		t.Errorf("%d sessions, %d used", granted, used)
	}
}

// Switched off, requests are signed as anywhere else, for the same service.
func TestExpressWithoutSessions(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, time.Minute)
	d.swap(nil)
	d.hold(victim, sample)
	h := start(t, d.machine(t).set("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH=true", "AWS_SESSION_TOKEN=CANARYTOKEN"))
	h.hit(victim, sample)
	h.end()
	for _, r := range d.seen {
		if !strings.Contains(r.header.Get("Authorization"), "/"+region+"/s3express/aws4_request") ||
			r.header.Get("X-Amz-Security-Token") != "CANARYTOKEN" || strings.Contains(r.target, "session") {
			t.Errorf("%s %s: %q", r.method, r.target, r.header)
		}
	}
}

// Without a session nothing works, but the build; one line says what is wrong.
func TestExpressRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, words string
		answer      script
	}{
		{"forbidden", "allow s3express:CreateSession", document("403 Forbidden", "AccessDenied")},
		{"no bucket", "create it or set -bucket", document("404 Not Found", "NoSuchBucket")},
		{"unknown key", "check the access key", document("403 Forbidden", "InvalidAccessKeyId")},
		{"busy", "asks for fewer requests", document("503 Slow Down", "SlowDown")},
		{"no document", "cannot open a session with the bucket: the session's keys: AccessKeyId is missing", func(x *exchange) { x.answer("200 OK", "", "hello") }},
		{"too much", "longer than any", func(x *exchange) { x.answer("200 OK", "", strings.Repeat(" ", 1<<20)) }},
		{"reset", "", (*exchange).reset},
		{"silence", "", (*exchange).stall},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDirectory(t, time.Minute)
			d.session = c.answer
			d.hold(victim, sample)
			h := start(t, d.machine(t).with("-drain=1s"))
			begin := time.Now()
			h.miss(victim)
			if took := time.Since(begin); took > 15*time.Second {
				t.Errorf("a get took %v", took)
			}
			h.put(bystander, sample)
			h.leave()
			if said := h.said(1, 3); !strings.Contains(strings.Join(said, "\n"), c.words) {
				t.Errorf("%q", said)
			}
			d.check(t)
		})
	}
}

// A session that comes at the second attempt is as good.
func TestExpressComesLate(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, time.Minute)
	first := true
	d.session = func(x *exchange) {
		if first {
			first = false
			x.fail("503 Slow Down", "SlowDown", "")
			return
		}
		d.open(x, time.Minute)
	}
	d.hold(victim, sample)
	h := start(t, d.machine(t))
	h.hit(victim, sample)
	h.leave()
	h.quiet()
	d.check(t)
}

// The doctor opens one too, and prints the policy for it.
func TestDoctorOfADirectory(t *testing.T) {
	t.Parallel()
	d := newDirectory(t, 5*time.Minute)
	found := examine(t, d.machine(t))
	if v := found.verdicts(); len(v) != 0 {
		t.Errorf("not ok: %v", found)
	}
	d.check(t)
	if granted, _ := d.sessions(); granted != 1 || len(d.bodies()) != 0 {
		t.Errorf("%d sessions, %d objects", granted, len(d.bodies()))
	}
	d.session = document("403 Forbidden", "AccessDenied")
	found = examine(t, d.machine(t), "-read-only")
	for _, part := range []string{"AccessDenied", "s3express:CreateSession", ":bucket/" + d.bucket, "ReadOnly"} {
		if said := found.words("list"); !strings.Contains(said, part) {
			t.Errorf("%q, want %q", said, part)
		}
	}
	d.session = func(x *exchange) { x.answer("200 OK", "", "<html></html>") }
	examine(t, d.machine(t), "-read-only")
	d.check(t)
}

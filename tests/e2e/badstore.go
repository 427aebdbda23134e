package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"net/textproto"
	"net/url"
	"sort"
	"strings"
	"time"
)

// good is the right answer.
func (x *exchange) good() {
	body := x.readBody()
	switch {
	case x.over:
	case x.isList():
		x.answer("200 OK", "Content-Type: application/xml\r\n", x.s.list(x.target))
	case !x.isEntry() && !x.isAccelerator():
		x.fail("404 Not Found", "NoSuchKey", "")
	case x.method == "PUT":
		x.s.keep(x.entry, object{bytes.Clone(body), metadataOf(x.header)})
		x.answer("200 OK", "ETag: \"0\"\r\n", "")
	case x.method == "GET":
		x.give()
	case x.method == "DELETE":
		x.s.forget(x.entry)
		x.answer("204 No Content", "", "")
	default:
		x.fail("501 Not Implemented", "NotImplemented", "")
	}
}

// give sends the object, or the range of it that is asked for (RFC 9110, 14).
func (x *exchange) give() {
	o, ok := x.s.load(x.entry)
	x.s.note(x.entry, ok)
	size := len(o.body)
	from, to, ranged := x.bytesAsked()
	switch {
	case !ok:
		x.fail("404 Not Found", "NoSuchKey", "")
	case !ranged:
		x.answer("200 OK", metaHeader(o), string(o.body))
	case from >= size:
		x.fail("416 Range Not Satisfiable", "InvalidRange", "")
	default:
		to = min(to, size-1)
		x.answer("206 Partial Content", fmt.Sprintf("%sContent-Range: bytes %d-%d/%d\r\n",
			metaHeader(o), from, to, size), string(o.body[from:to+1]))
	}
}

// note counts the entries that were there when they were asked for.
func (b *badServer) note(name string, found bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if found && isEntryKey(name) {
		b.given++
	}
}

// served is how many entries were fetched as objects.
func (b *badServer) served() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.given
}

// bytesAsked is the range of the request, both ends included.
func (x *exchange) bytesAsked() (from, to int, ranged bool) {
	n, err := fmt.Sscanf(x.header.Get("Range"), "bytes=%d-%d", &from, &to)
	return from, to, err == nil && n == 2
}

func metadataOf(header textproto.MIMEHeader) map[string]string {
	metadata := map[string]string{}
	for name, values := range header {
		if short, ok := strings.CutPrefix(name, "X-Amz-Meta-"); ok {
			metadata[strings.ToLower(short)] = values[0]
		}
	}
	return metadata
}

// metaHeader is the header lines that carry an object's metadata.
func metaHeader(o object) string {
	var names []string
	for name := range o.metadata {
		names = append(names, name)
	}
	sort.Strings(names)
	text := "Content-Type: application/octet-stream\r\n"
	for _, name := range names {
		text += "x-amz-meta-" + name + ": " + o.metadata[name] + "\r\n"
	}
	return text
}

// list is a page of ListObjectsV2.
func (b *badServer) list(target string) string {
	_, query, _ := strings.Cut(target, "?")
	asked, _ := url.ParseQuery(query)
	after := max(asked.Get("start-after"), asked.Get("continuation-token"))
	b.mu.Lock()
	defer b.mu.Unlock()
	var keys []string
	for entry := range b.objects {
		if key := asked.Get("prefix") + entry; key > after {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	if len(keys) > 1000 {
		return listOf(keys[:1000], keys[999])
	}
	return listOf(keys, "")
}

// listOf is the document of a page of keys; next is where the list goes on, ""
// if it does not.
func listOf(keys []string, next string) string {
	var text strings.Builder
	text.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<ListBucketResult>")
	if next != "" {
		text.WriteString("<IsTruncated>true</IsTruncated><NextContinuationToken>" + next + "</NextContinuationToken>")
	}
	for _, key := range keys {
		text.WriteString("<Contents><Key>" + key + "</Key><Size>1</Size></Contents>")
	}
	text.WriteString("</ListBucketResult>")
	return text.String()
}

// stored is the object of the request.
func (x *exchange) stored() object {
	o, _ := x.s.load(x.entry)
	return o
}

func (b *badServer) keep(entry string, o object) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[entry] = o
}

func (b *badServer) load(entry string) (object, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, ok := b.objects[entry]
	return o, ok
}

// entries is the number of objects that lie under entry keys.
func (b *badServer) entries() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	count := 0
	for name := range b.objects {
		if isEntryKey(name) {
			count++
		}
	}
	return count
}

// hold stores an entry as the Go program would have, with a time whose text
// has the same length on every run: tests cut and alter answers by offset.
func (b *badServer) hold(action id, body []byte) {
	when := time.Now().Add(-time.Hour).Truncate(time.Second).Add(123456789 * time.Nanosecond)
	b.keep(action.hex(), goObject(body, when))
}

// accelerated are the keys of the accelerators that were asked for, or put, as
// often as they were; kind is packKeys or snapshotKeys.
func (b *badServer) accelerated(method, kind string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []string
	for _, r := range b.seen {
		name, _, _ := strings.Cut(r.target, "?")
		if r.method == method && strings.HasPrefix(entryOf(name), kind) {
			found = append(found, entryOf(name))
		}
	}
	return found
}

// bodies is all that lies in the bucket.
func (b *badServer) bodies() map[string][]byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string][]byte{}
	for key, o := range b.objects {
		all[key] = o.body
	}
	return all
}

// forget deletes every object whose name begins like this.
func (b *badServer) forget(prefix string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.objects, func(name string, _ object) bool { return strings.HasPrefix(name, prefix) })
}

// forgetEntries deletes every entry's own object.
func (b *badServer) forgetEntries() {
	b.mu.Lock()
	defer b.mu.Unlock()
	maps.DeleteFunc(b.objects, func(name string, _ object) bool { return isEntryKey(name) })
}

// alter changes every object whose name begins like this; nil deletes it.
func (b *badServer) alter(prefix string, change func(body []byte) []byte) {
	if change == nil {
		b.forget(prefix)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, o := range b.objects {
		if strings.HasPrefix(name, prefix) {
			b.objects[name] = object{change(bytes.Clone(o.body)), o.metadata}
		}
	}
}

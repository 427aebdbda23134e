package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// oddity is an unusual answer to a GET of an object that is there: legal, and
// then the object is had, or not, and then the get is a miss.
type oddity struct {
	name string
	do   script
	hit  verdict
}

// framed sends status line, metadata and the given framing lines and body.
func framed(framing string, body func(o object) string) script {
	return func(x *exchange) {
		o := x.stored()
		x.write("HTTP/1.1 200 OK\r\n" + metaHeader(o) + framing + "\r\n" + body(o))
	}
}

// thenClose is the same, and ends the connection.
func thenClose(s script) script {
	return func(x *exchange) { s(x); x.close() }
}

func whole(o object) string { return string(o.body) }

func half(o object) string { return string(o.body[:len(o.body)/2]) }

// sized is a well-framed answer whose head text is changed.
func sized(change func(head string, o object) string) script {
	return func(x *exchange) {
		o := x.stored()
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n", metaHeader(o), len(o.body))
		x.write(change(head, o) + string(o.body))
	}
}

// replaced changes one text in the head.
func replaced(old, new string) script {
	return sized(func(head string, _ object) string { return strings.Replace(head, old, new, 1) })
}

// added puts lines before the end of the head.
func added(text string) script {
	return sized(func(head string, _ object) string {
		return strings.TrimSuffix(head, "\r\n") + text + "\r\n"
	})
}

// before sends a text and then the right answer.
func before(text string) script {
	return func(x *exchange) { x.write(text); x.good() }
}

// after sends the right answer and at once more bytes.
func after(text string) script {
	return func(x *exchange) {
		o := x.stored()
		x.write(fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s%s", metaHeader(o), len(o.body), o.body, text))
	}
}

// meta changes the object's metadata ("" deletes) before it is sent rightly.
func meta(name, value string) script {
	return func(x *exchange) {
		o := x.stored()
		changed := map[string]string{}
		for k, v := range o.metadata {
			changed[k] = v
		}
		changed[name] = value
		if value == "" {
			delete(changed, name)
		}
		x.answer("200 OK", metaHeader(object{nil, changed}), string(o.body))
	}
}

// instead sends another body, rightly framed, under the object's metadata.
func instead(change func(body []byte) []byte) script {
	return func(x *exchange) {
		o := x.stored()
		x.answer("200 OK", metaHeader(o), string(change(bytes.Clone(o.body))))
	}
}

// status sends the object, rightly framed, under another status.
func status(line string) script {
	return func(x *exchange) {
		o := x.stored()
		x.answer(line, metaHeader(o), string(o.body))
	}
}

// chunks encodes a body in chunks of n bytes, each size written by format.
func chunks(body []byte, n int, format string) string {
	var out strings.Builder
	for len(body) > 0 {
		n = min(n, len(body))
		fmt.Fprintf(&out, format+"\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return out.String()
}

func chunked(n int, format, end string) script {
	return framed("Transfer-Encoding: chunked\r\n",
		func(o object) string { return chunks(o.body, n, format) + end })
}

// piecewise sends the right answer in pieces of n bytes.
func piecewise(n int, pause time.Duration) script {
	return func(x *exchange) {
		o := x.stored()
		text := fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", metaHeader(o), len(o.body), o.body)
		for len(text) > 0 && !x.over {
			n = min(n, len(text))
			x.write(text[:n])
			text = text[n:]
			time.Sleep(pause)
		}
	}
}

func flip(body []byte) []byte { body[len(body)/2] ^= 1; return body }

func zipped(body []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(body)
	w.Close()
	return out.Bytes()
}

// beyond64 is a number that is n when cut to 64 bits.
func beyond64(n int) string {
	over := new(big.Int).Lsh(big.NewInt(1), 64)
	return over.Add(over, big.NewInt(int64(n))).String()
}

var wrongID = strings.Repeat("0123456789abcdef", 4)

var oddities = []oddity{
	// legal
	{"chunked", chunked(1000, "%x", "0\r\n\r\n"), yes},
	{"chunked, a byte each", chunked(1, "%x", "0\r\n\r\n"), yes},
	{"chunked, upper-case hex", chunked(1000, "%X", "0\r\n\r\n"), yes},
	{"chunked, leading zeros", chunked(1000, "%08x", "00\r\n\r\n"), yes},
	{"chunked, with extensions", chunked(1000, "%x;name=value", "0;last\r\n\r\n"), yes},
	{"chunked, with trailers", chunked(1000, "%x", "0\r\nX-Trailer: y\r\n\r\n"), yes},
	{"Transfer-Encoding: Chunked", framed("Transfer-Encoding: Chunked\r\n", func(o object) string { return chunks(o.body, 100, "%x") + "0\r\n\r\n" }), yes},
	{"no length, then closed", thenClose(framed("Connection: close\r\n", whole)), yes},
	{"no length, no Connection, then closed", thenClose(framed("", whole)), yes},
	{"HTTP/1.0 with a length", thenClose(replaced("HTTP/1.1", "HTTP/1.0")), yes},
	{"HTTP/1.0 without a length", thenClose(func(x *exchange) {
		x.write("HTTP/1.0 200 OK\r\n" + metaHeader(x.stored()) + "\r\n" + string(x.stored().body))
	}), yes},
	{"HTTP/1.0 kept alive", replaced("HTTP/1.1 200 OK\r\n", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"), yes},
	{"Connection: close", thenClose(added("Connection: close\r\n")), yes},
	{"closed after the answer without a word", thenClose((*exchange).good), yes},
	{"reset after the answer", func(x *exchange) { x.good(); time.Sleep(20 * time.Millisecond); x.reset() }, yes},
	{"header names in capitals", sized(func(head string, _ object) string {
		first, rest, _ := strings.Cut(head, "\r\n")
		return first + "\r\n" + strings.NewReplacer("content-length", "CONTENT-LENGTH", "Content-Length", "CONTENT-LENGTH", "x-amz-meta-", "X-AMZ-META-").Replace(rest)
	}), yes},
	{"header names as Go servers write them", sized(func(head string, _ object) string {
		return strings.NewReplacer("x-amz-meta-outputid", "X-Amz-Meta-Outputid", "x-amz-meta-time", "X-Amz-Meta-Time").Replace(head)
	}), yes},
	{"no space after the colon", replaced("Content-Length: ", "Content-Length:"), yes},
	{"tabs and spaces around a value", replaced("Content-Length: ", "Content-Length: \t  "), yes},
	{"an empty reason phrase", replaced("200 OK", "200 "), yes},
	{"no space after the status", replaced("200 OK", "200"), either},
	{"a reason phrase in UTF-8", replaced("200 OK", "200 d\u2019accord"), yes},
	{"an empty header value", added("X-Empty:\r\n"), yes},
	{"forty unknown headers", added(strings.Repeat("X-Unknown: value\r\n", 40)), yes},
	{"a header of 8,000 bytes", added("X-Long: " + strings.Repeat("y", 8000) + "\r\n"), yes},
	{"100 Continue that nobody asked for", before("HTTP/1.1 100 Continue\r\n\r\n"), yes},
	{"100 Continue twice", before("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"), yes},
	{"103 Early Hints", before("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), yes},
	{"a byte per packet", piecewise(1, 0), yes},
	{"pieces of seven bytes, slowly", piecewise(7, time.Millisecond), yes},
	{"more bytes than the length", after("surplus"), yes},
	{"a second answer in the same packet", after("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong"), yes},
	{"a 404 in the same packet", after("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), yes},
	{"two equal lengths", sized(func(head string, o object) string {
		return strings.Replace(head, "Content-Length", fmt.Sprintf("Content-Length: %d\r\nContent-Length", len(o.body)), 1)
	}), either},
	{"the right actionid", func(x *exchange) { meta("actionid", x.entry)(x) }, yes},
	{"time with a zone offset", meta("time", "2024-05-06T07:08:09.123456789+02:00"), yes},
	{"time without a fraction", meta("time", "2024-05-06T07:08:09Z"), yes},
	{"unknown metadata", meta("note", "hello"), yes},

	// not to be believed
	{"404 NoSuchKey", document("404 Not Found", "NoSuchKey"), no},
	{"404 without a body", func(x *exchange) { x.answer("404 Not Found", "", "") }, no},
	{"404 chunked with an empty reason phrase", func(x *exchange) {
		x.write("HTTP/1.1 404 \r\nTransfer-Encoding: chunked\r\n\r\n" + chunks([]byte(errorXML("NoSuchKey", "")), 50, "%x") + "0\r\n\r\n")
	}, no},
	{"404 HTML page", func(x *exchange) { x.answer("404 Not Found", "Content-Type: text/html\r\n", htmlPage) }, no},
	{"200 HTML page", func(x *exchange) { x.answer("200 OK", "Content-Type: text/html\r\n", htmlPage) }, no},
	{"200 HTML page with the metadata", instead(func([]byte) []byte { return []byte(htmlPage) }), no},
	{"200 with an error document", func(x *exchange) { x.answer("200 OK", "", errorXML("InternalError", "")) }, no},
	{"200 without a body", instead(func([]byte) []byte { return nil }), no},
	{"201 Created", status("201 Created"), either},
	{"204 No Content", func(x *exchange) { x.write("HTTP/1.1 204 No Content\r\n" + metaHeader(x.stored()) + "\r\n") }, no},
	{"206 Partial Content", status("206 Partial Content"), no},
	{"304 Not Modified", func(x *exchange) { x.write("HTTP/1.1 304 Not Modified\r\n" + metaHeader(x.stored()) + "\r\n") }, no},
	{"416 Range Not Satisfiable", document("416 Range Not Satisfiable", "InvalidRange"), no},
	{"one bit of the body flipped", instead(flip), no},
	{"the body a byte too long", instead(func(b []byte) []byte { return append(b, 'x') }), no},
	{"the body a byte too short", instead(func(b []byte) []byte { return b[:len(b)-1] }), no},
	{"the body compressed on the way", func(x *exchange) {
		x.answer("200 OK", metaHeader(x.stored())+"Content-Encoding: gzip\r\n", string(zipped(x.stored().body)))
	}, no},
	{"no outputid", meta("outputid", ""), no},
	{"outputid of another body", meta("outputid", wrongID), no},
	{"outputid too short", meta("outputid", wrongID[:62]), no},
	{"outputid too long", meta("outputid", wrongID+"00"), no},
	{"outputid not hex", meta("outputid", strings.Repeat("z", 64)), no},
	{"two outputids", added("x-amz-meta-outputid: " + wrongID + "\r\n"), no},
	{"actionid of another action", meta("actionid", wrongID), no},
	{"actionid not hex", meta("actionid", "none"), no},
	{"no time", meta("time", ""), no},
	{"time not a time", meta("time", "yesterday"), no},
	{"time of a thirteenth month", meta("time", "2024-13-01T00:00:00Z"), no},
	{"time of the year 99999", meta("time", "99999-01-01T00:00:00Z"), no},

	// ambiguous or broken framing: RFC 9112, 6.3 and 11
	{"two different lengths", added("Content-Length: 5\r\n"), no},
	{"a length and chunks", framed("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", func(o object) string { return chunks(o.body, 100, "%x") + "0\r\n\r\n" }), no},
	{"transfer coding gzip", framed("Transfer-Encoding: gzip, chunked\r\n", func(o object) string { return chunks(o.body, 100, "%x") + "0\r\n\r\n" }), no},
	{"transfer coding unknown", thenClose(framed("Transfer-Encoding: identity\r\n", whole)), no},
	{"a folded header line", added("X-Folded: a\r\n b\r\n"), no},
	{"line feeds alone", sized(func(head string, _ object) string { return strings.ReplaceAll(head, "\r\n", "\n") }), no},
	{"a carriage return within a value", added("X-CR: a\rb\r\n"), no},
	{"NUL within a value", added("X-NUL: a\x00b\r\n"), no},
	{"a space before the colon", added("X-Space : a\r\n"), no},
	{"a header line without a colon", added("nonsense\r\n"), no},
	{"a header line without a name", added(": nonsense\r\n"), no},
	{"a negative length", replaced("Content-Length: ", "Content-Length: -"), no},
	{"a length with a plus", replaced("Content-Length: ", "Content-Length: +"), no},
	{"a length in hex", replaced("Content-Length: ", "Content-Length: 0x"), no},
	{"a length with a tail", replaced("Content-Length: ", "Content-Length: 5 "), no},
	{"a length of 2^64 more", sized(func(head string, o object) string {
		return strings.Replace(head, "Content-Length: "+strconv.Itoa(len(o.body)), "Content-Length: "+beyond64(len(o.body)), 1)
	}), no},
	{"a length of 2^63", replaced("Content-Length: ", "Content-Length: 9223372036854775808"), no},
	{"an empty length", sized(func(head string, o object) string {
		return strings.Replace(head, "Content-Length: "+strconv.Itoa(len(o.body)), "Content-Length: ", 1)
	}), no},
	{"a thousand headers", added(strings.Repeat("X-Unknown: value\r\n", 1000)), no},
	{"a header of 32 KB", added("X-Long: " + strings.Repeat("y", 32*1024) + "\r\n"), no},
	{"chunk size not hex", thenClose(chunked(1000, "%d zz", "0\r\n\r\n")), no},
	{"chunk size negative", thenClose(chunked(1000, "-%x", "0\r\n\r\n")), no},
	{"chunk size of 2^64 more", thenClose(chunked(1000, "10000000000000%03x", "0\r\n\r\n")), no},
	{"chunk without its line end", thenClose(framed("Transfer-Encoding: chunked\r\n", func(o object) string {
		return fmt.Sprintf("%x\r\n%s0\r\n\r\n", len(o.body), o.body)
	})), no},
	{"chunk extension of a megabyte", thenClose(chunked(1000, "%x;"+strings.Repeat("e", megabyte), "0\r\n\r\n")), no},
	{"trailers without end", thenClose(chunked(1000, "%x", "0\r\n"+strings.Repeat("X: y\r\n", 100000))), no},

	// cut short
	{"closed within the body", thenClose(sized(func(head string, o object) string { return strings.Replace(head, "Length: ", "Length: 1", 1) })), no},
	{"closed within the chunks", thenClose(chunked(1000, "%x", "")), no},
	{"closed half way, no length", thenClose(framed("Connection: close\r\n", half)), no},
	{"closed at half of the length", thenClose(func(x *exchange) {
		o := x.stored()
		x.write(fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", metaHeader(o), len(o.body), half(o)))
	}), no},
	{"reset at half of the length", func(x *exchange) {
		o := x.stored()
		rawReset(fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", metaHeader(o), len(o.body), half(o)))(x)
	}, no},
	{"stall at half of the length", func(x *exchange) {
		o := x.stored()
		rawStall(fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s", metaHeader(o), len(o.body), half(o)))(x)
	}, late},
	{"a byte of the body per second", func(x *exchange) {
		o := x.stored()
		x.write(fmt.Sprintf("HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n", metaHeader(o), len(o.body)))
		for i := 0; i < 60 && !x.over; i++ {
			x.write(string(o.body[i : i+1]))
			time.Sleep(time.Second)
		}
		x.close()
	}, late},
}

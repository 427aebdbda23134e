package e2e

import (
	"fmt"
	"strings"
	"time"
)

// verdict is what a table demands of something that may go either way.
type verdict int

const (
	either verdict = iota
	yes
	no
	late // no, and so slow that the bucket may be let alone for a while
)

// fault is an answer that is a failure whether it answers a GET or a PUT.
type fault struct {
	name  string
	do    script
	heals verdict // one such answer, then good ones: the work is done
	again bool    // one that need not heal, and is tried again all the same
	told  verdict // if it happens always, a line says so
	off   bool    // the bucket is not asked again
	slow  bool    // so slow that the bucket may be let alone for a while
}

// isTriedAgain tells whether a get that is answered so is sent a second time.
func (f fault) isTriedAgain() bool { return f.again || f.heals == yes }

// document answers with an S3 error document.
func document(status, code string) script {
	return func(x *exchange) { x.fail(status, code, "") }
}

// raw sends bytes instead of an answer and closes.
func raw(text string) script {
	return func(x *exchange) { x.readBody(); x.write(text); x.close() }
}

// rawReset sends bytes instead of an answer and resets.
func rawReset(text string) script {
	return func(x *exchange) {
		x.readBody()
		x.write(text)
		time.Sleep(20 * time.Millisecond) // let the bytes arrive first
		x.reset()
	}
}

// rawStall sends bytes and then nothing.
func rawStall(text string) script {
	return func(x *exchange) { x.readBody(); x.write(text); x.stall() }
}

// repeat sends head, then the same text again and again, for at most count
// times, and closes.
func repeat(head, text string, count int) script {
	return func(x *exchange) {
		x.readBody()
		x.write(head)
		for i := 0; i < count && !x.over; i++ {
			x.write(text)
		}
		x.close()
	}
}

const (
	htmlPage = "<!DOCTYPE html><html><body><h1>Welcome to the airport</h1></body></html>"
	megabyte = 1 << 20
)

func redirect(status, location string) script {
	return func(x *exchange) {
		x.answer(status, "Location: "+location+"\r\n", errorXML("Redirect", ""))
	}
}

func redirectToSelf(status string) script {
	return func(x *exchange) { redirect(status, x.target)(x) }
}

var faults = []fault{
	// the store has trouble; later it has not
	{name: "500 InternalError", do: document("500 Internal Server Error", "InternalError"), heals: yes},
	{name: "502 with an HTML page", do: func(x *exchange) {
		x.answer("502 Bad Gateway", "Content-Type: text/html\r\n", htmlPage)
	}, heals: yes},
	{name: "503 SlowDown", do: document("503 Slow Down", "SlowDown"), heals: yes},
	{name: "503 with Retry-After of a minute", do: func(x *exchange) {
		x.answer("503 Service Unavailable", "Retry-After: 60\r\n", errorXML("SlowDown", ""))
	}, heals: yes},
	{name: "503 without a body", do: func(x *exchange) { x.answer("503 Service Unavailable", "", "") }, heals: yes},
	{name: "503 without a length, then closed", do: raw("HTTP/1.1 503 Service Unavailable\r\n\r\nbusy"), heals: yes},
	{name: "503 XMinioServerNotInitialized", do: document("503 Service Unavailable", "XMinioServerNotInitialized"), heals: yes},
	{name: "504 GatewayTimeout", do: document("504 Gateway Timeout", "GatewayTimeout"), heals: yes},
	{name: "429 TooManyRequests", do: document("429 Too Many Requests", "TooManyRequestsException"), heals: yes},
	{name: "400 RequestTimeout", do: document("400 Bad Request", "RequestTimeout"), heals: yes},
	{name: "408 Request Timeout", again: true, do: func(x *exchange) { x.answer("408 Request Timeout", "Connection: close\r\n", ""); x.close() }},
	{name: "409 OperationAborted", again: true, do: document("409 Conflict", "OperationAborted")},
	{name: "520 of a content network", again: true, do: func(x *exchange) { x.answer("520 Web Server Returned an Unknown Error", "", htmlPage) }},

	// the connection breaks
	{name: "reset before the answer", do: rawReset(""), heals: yes},
	{name: "closed before the answer", do: raw(""), heals: yes},
	{name: "reset within the status line", do: rawReset("HTTP/1.1 20"), heals: yes},
	{name: "closed within the status line", do: raw("HTTP/1.1 20"), heals: yes},
	{name: "reset within the head", do: rawReset("HTTP/1.1 200 OK\r\nContent-Len"), heals: yes},
	{name: "closed within the head", do: raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"), heals: yes},
	{name: "reset within an error document", do: rawReset("HTTP/1.1 500 E\r\nContent-Length: 500\r\n\r\n<?xml"), heals: yes},
	{name: "error document shorter than its length", do: raw("HTTP/1.1 500 E\r\nContent-Length: 500\r\n\r\n<?xml"), heals: yes},
	{name: "stall before the answer", do: (*exchange).stall, slow: true},
	{name: "stall within the head", do: rawStall("HTTP/1.1 200 OK\r\nx-amz-"), slow: true},
	{name: "a byte of the head per second", do: dripHead, slow: true},

	// the configuration is wrong
	{name: "404 NoSuchBucket", do: document("404 Not Found", "NoSuchBucket"), heals: no, told: yes, off: true},
	{name: "403 AccessDenied", do: document("403 Forbidden", "AccessDenied"), heals: no, told: yes},
	{name: "403 without a document", do: func(x *exchange) { x.answer("403 Forbidden", "", "") }, heals: no, told: yes},
	{name: "403 InvalidAccessKeyId", do: document("403 Forbidden", "InvalidAccessKeyId"), told: yes, off: true},
	{name: "403 SignatureDoesNotMatch", do: document("403 Forbidden", "SignatureDoesNotMatch"), told: yes, off: true},
	{name: "403 AccountProblem", do: document("403 Forbidden", "AccountProblem"), told: yes, off: true},
	{name: "400 ExpiredToken", do: document("400 Bad Request", "ExpiredToken"), told: yes, off: true},
	{name: "400 InvalidToken", do: document("400 Bad Request", "InvalidToken"), told: yes, off: true},
	{name: "403 RequestTimeTooSkewed without a date", do: document("403 Forbidden", "RequestTimeTooSkewed"), told: yes, off: true},
	{name: "400 AuthorizationHeaderMalformed without a region", do: document("400 Bad Request", "AuthorizationHeaderMalformed"), told: yes, off: true},
	{name: "301 PermanentRedirect without a region", do: document("301 Moved Permanently", "PermanentRedirect"), told: yes, off: true},

	// redirects: followed by nobody
	{name: "301 to itself", do: redirectToSelf("301 Moved Permanently"), told: yes, off: true},
	{name: "302 to itself", do: redirectToSelf("302 Found"), told: yes, off: true},
	{name: "307 to itself", do: redirectToSelf("307 Temporary Redirect"), told: yes},
	{name: "308 to a place without a scheme", do: redirect("308 Permanent Redirect", "//"), told: yes, off: true},

	// the request is refused
	{name: "400 InvalidRequest", do: document("400 Bad Request", "InvalidRequest")},
	{name: "400 EntityTooLarge", do: document("400 Bad Request", "EntityTooLarge")},
	{name: "400 BadDigest", do: document("400 Bad Request", "BadDigest")},
	{name: "400 XAmzContentSHA256Mismatch", again: true, do: document("400 Bad Request", "XAmzContentSHA256Mismatch")},
	{name: "403 InvalidObjectState", do: document("403 Forbidden", "InvalidObjectState")},
	{name: "405 MethodNotAllowed", do: document("405 Method Not Allowed", "MethodNotAllowed"), told: yes, off: true},
	{name: "411 MissingContentLength", do: document("411 Length Required", "MissingContentLength")},
	{name: "418 without a body", do: func(x *exchange) { x.answer("418 I'm a teapot", "", "") }},
	{name: "501 NotImplemented", again: true, do: document("501 Not Implemented", "NotImplemented"), told: yes, off: true},
	{name: "507 XMinioStorageFull", do: document("507 Insufficient Storage", "XMinioStorageFull")},

	// the error document is hostile
	{name: "error document of 100 MB", again: true, do: func(x *exchange) {
		repeat(fmt.Sprintf("HTTP/1.1 500 E\r\nContent-Length: %d\r\n\r\n", 100*megabyte), strings.Repeat("x", megabyte), 100)(x)
	}},
	{name: "error document without end", again: true, do: repeat("HTTP/1.1 500 E\r\nTransfer-Encoding: chunked\r\n\r\n",
		"100000\r\n"+strings.Repeat("x", megabyte)+"\r\n", 400)},
	{name: "error document that stalls", do: rawStall("HTTP/1.1 500 E\r\nContent-Length: 500\r\n\r\n<?xml"), slow: true},
	{name: "404 whose document stalls", do: rawStall("HTTP/1.1 404 Not Found\r\nContent-Length: 500\r\n\r\n<?xml"), slow: true},
	{name: "error code of a megabyte", do: document("400 Bad Request", strings.Repeat("A", megabyte))},
	{name: "error code with control bytes", do: document("403 Forbidden", "\x1b[2J\x07Access\nDenied\r\x00")},
	{name: "error document nested 50,000 deep", do: func(x *exchange) { x.answer("400 Bad Request", "", strings.Repeat("<a>", 50000)) }},
	{name: "error document of entities", do: func(x *exchange) {
		x.answer("400 Bad Request", "", `<!DOCTYPE E [<!ENTITY a "&a;&a;">]><Error><Code>&a;</Code></Error>`)
	}},
	{name: "error document in JSON", do: func(x *exchange) { x.answer("400 Bad Request", "", `{"Code":"AccessDenied"}`) }},

	// it is not HTTP, or not HTTP/1.1
	{name: "an SSH banner", do: raw("SSH-2.0-OpenSSH_9.2p1\r\n")},
	{name: "a TLS alert", again: true, do: raw("\x15\x03\x01\x00\x02\x02\x46")},
	{name: "an HTTP/2 settings frame", again: true, do: raw("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64")},
	{name: "HTTP/2 in the status line", do: raw("HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n")},
	{name: "HTTP/0.9 text", do: raw("hello\n")},
	{name: "lower-case http in the status line", do: raw("http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")},
	{name: "a status of four digits", do: raw("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n")},
	{name: "a status of two digits", do: raw("HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n")},
	{name: "random bytes", do: raw("\x00\xff\x10\x80HT\r\n\r\nTP/1.1 200 OK\r\n\r\n")},
	{name: "ten thousand empty lines", do: raw(strings.Repeat("\r\n", 10000))},

	// the head is too much
	{name: "ten thousand interim answers", do: raw(strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 10000))},
	{name: "101 Switching Protocols", do: raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")},
	{name: "a header line of 64 KB", do: raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("y", 1<<16) + "\r\nContent-Length: 0\r\n\r\n")},
	{name: "ten thousand header lines", do: raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 10000) + "\r\n")},
	{name: "a head without end", do: repeat("HTTP/1.1 200 OK\r\nX: ", strings.Repeat("y", megabyte), 400)},
	{name: "a status line without end", do: repeat("HTTP/1.1 200 ", strings.Repeat("y", megabyte), 400)},
}

// dripHead sends an answer a byte per second.
func dripHead(x *exchange) {
	x.readBody()
	for _, c := range "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" {
		x.write(string(c))
		if x.over {
			return
		}
		time.Sleep(time.Second)
	}
	x.close()
}

package e2e

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// inAnswers gives an answer to each GET of a pack, or of a snapshot.
func inAnswers(name string, slow bool, answer script) []spoil {
	instead := func(kind string) func(z *treasure, s *badServer) {
		return func(z *treasure, s *badServer) {
			z.lay(s)
			s.swap(func(x *exchange) {
				if x.method == "GET" && strings.HasPrefix(x.entry, kind) {
					answer(x)
				} else {
					x.good()
				}
			})
		}
	}
	return []spoil{
		{"packs are answered with: " + name, inPacks, slow, instead(packKeys)},
		{"the snapshot is answered with: " + name, everything, slow, instead(snapshotKeys)},
	}
}

// partial is the right answer to a range, with another Content-Range, or
// other bytes.
func partial(alter func(from, to, size int, body []byte) (line string, sent []byte)) script {
	return func(x *exchange) {
		body := x.stored().body
		from, to, ranged := x.bytesAsked()
		if !ranged {
			from, to = 0, len(body)-1
		}
		to = min(to, len(body)-1)
		line, sent := alter(from, to, len(body), body[from:to+1])
		x.answer("206 Partial Content", line, string(sent))
	}
}

func contentRange(from, to, size int) string {
	return fmt.Sprintf("Content-Range: bytes %d-%d/%d\r\n", from, to, size)
}

// announcing answers with a length, the first part of the right bytes, and
// then does something else.
func announcing(length int64, then func(x *exchange)) script {
	return func(x *exchange) {
		body := x.stored().body
		from, to, ranged := x.bytesAsked()
		status := "200 OK"
		if ranged {
			body = body[min(from, len(body)):min(to+1, len(body))]
			status = "206 Partial Content\r\n" + strings.TrimSpace(contentRange(from, to, len(x.stored().body)))
		}
		x.write(fmt.Sprintf("HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", status, max(length, int64(len(body))), body[:len(body)/2]))
		then(x)
	}
}

// pour writes without end.
func pour(x *exchange) {
	for range 2000 {
		x.write(strings.Repeat("x", megabyte))
		if x.over {
			return
		}
	}
	x.close()
}

var answerSpoils = slices.Concat(
	inAnswers("404 NoSuchKey", false, document("404 Not Found", "NoSuchKey")),
	inAnswers("403 AccessDenied", false, document("403 Forbidden", "AccessDenied")),
	inAnswers("500 InternalError", false, document("500 Internal Server Error", "InternalError")),
	inAnswers("503 SlowDown", false, document("503 Slow Down", "SlowDown")),
	inAnswers("416 InvalidRange", false, document("416 Range Not Satisfiable", "InvalidRange")),
	inAnswers("501 NotImplemented", false, document("501 Not Implemented", "NotImplemented")),
	inAnswers("200 with an error document", false, func(x *exchange) { x.answer("200 OK", "", errorXML("InternalError", "")) }),
	inAnswers("200 without a body", false, func(x *exchange) { x.answer("200 OK", "", "") }),
	inAnswers("all of it, whatever the range", false, func(x *exchange) { x.answer("200 OK", "", string(x.stored().body)) }),
	inAnswers("206 of other bytes", false, partial(func(from, to, size int, body []byte) (string, []byte) {
		return contentRange(from+1, to+1, size), body
	})),
	inAnswers("206 of another length", false, partial(func(from, to, size int, body []byte) (string, []byte) {
		return contentRange(from, to, size+1), body
	})),
	inAnswers("206 of an unknown length", false, partial(func(from, to, size int, body []byte) (string, []byte) {
		return fmt.Sprintf("Content-Range: bytes %d-%d/*\r\n", from, to), body
	})),
	inAnswers("206 without a range", false, partial(func(from, to, size int, body []byte) (string, []byte) { return "", body })),
	inAnswers("206 with a range that is none", false, partial(func(from, to, size int, body []byte) (string, []byte) {
		return "Content-Range: bytes all/some\r\n", body
	})),
	inAnswers("206 with a range of 2^64", false, partial(func(from, to, size int, body []byte) (string, []byte) {
		return "Content-Range: bytes 18446744073709551616-18446744073709551700/18446744073709551900\r\n", body
	})),
	inAnswers("206 with a byte more", false, partial(func(from, to, size int, body []byte) (string, []byte) {
		return contentRange(from, to, size), append(bytes.Clone(body), 0)
	})),
	inAnswers("206 with a byte less", false, partial(func(from, to, size int, body []byte) (string, []byte) {
		return contentRange(from, to, size), body[:len(body)-1]
	})),
	inAnswers("a length of 10 GB and bytes without end", false, announcing(10<<30, pour)),
	inAnswers("a length of 10 GB, cut", false, announcing(10<<30, (*exchange).close)),
	inAnswers("half, then closed", false, announcing(0, (*exchange).close)),
	inAnswers("half, then reset", false, announcing(0, func(x *exchange) { time.Sleep(20 * time.Millisecond); x.reset() })),
	inAnswers("half, then silence", true, announcing(0, (*exchange).stall)),
	inAnswers("silence", true, (*exchange).stall),
)

package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// grantFault is a way in which a service that grants keys can be wrong.
type grantFault struct {
	name   string
	answer func(x *asked) // nil: nobody listens
	words  string         // part of the line that says so
}

// takeOver is the connection, to do with it what HTTP does not.
func (x *asked) takeOver() net.Conn {
	conn, _, err := x.w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	return conn
}

// say answers with a status and a text.
func (x *asked) say(status int, text string) {
	x.w.WriteHeader(status)
	io.WriteString(x.w, text)
}

var grantFaults = []grantFault{
	{"nobody listens", nil, ""},
	{"it says nothing", func(x *asked) {
		conn := x.takeOver()
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(hang))
		io.Copy(io.Discard, conn)
	}, ""},
	{"it hangs up", func(x *asked) { x.takeOver().Close() }, ""},
	{"it resets the connection", func(x *asked) { resetConn(x.takeOver()) }, ""},
	{"it is always busy", func(x *asked) { x.say(503, "") }, "503"},
	{"it refuses", func(x *asked) { x.say(403, `{"message":"you may not"}`) }, "403"},
	{"it sends a page of HTML", func(x *asked) { x.say(200, "<html>Sign in to the network</html>") }, ""},
	{"it sends nothing", func(x *asked) { x.say(200, "") }, ""},
	{"it sends a gigabyte", func(x *asked) {
		x.w.Header().Set("Content-Length", fmt.Sprint(1<<30))
		for chunk := make([]byte, 1<<16); ; {
			if _, err := x.w.Write(chunk); err != nil {
				return
			}
		}
	}, ""},
	{"it sends a byte now and then", func(x *asked) {
		conn := x.takeOver()
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
		for range 600 {
			if _, err := conn.Write([]byte(" ")); err != nil {
				return
			}
			time.Sleep(hang / 600)
		}
	}, ""},
	{"its keys have expired", func(x *asked) {
		x.g.life = -time.Hour
		x.good()
	}, "expired"},
	{"it sends half a key pair", func(x *asked) {
		k := x.g.grant()
		end := k.end.UTC().Format(time.RFC3339)
		switch {
		case x.q.URL.Path == "/":
			fmt.Fprintf(x.w, "<R><Credentials><AccessKeyId>%s</AccessKeyId><Expiration>%s</Expiration></Credentials></R>", k.key, end)
		case x.q.URL.Path == "/federation/credentials":
			json.NewEncoder(x.w).Encode(map[string]any{"roleCredentials": map[string]any{"accessKeyId": k.key}})
		default:
			x.goodButFor(func() {
				json.NewEncoder(x.w).Encode(map[string]string{"Code": "Success", "AccessKeyId": k.key, "Expiration": end})
			})
		}
	}, ""},
}

// goodButFor answers questions on the way to the keys, and these otherwise.
func (x *asked) goodButFor(keys func()) {
	switch x.q.URL.Path {
	case "/latest/api/token", "/latest/meta-data/iam/security-credentials/", "/token":
		x.good()
	default:
		keys()
	}
}

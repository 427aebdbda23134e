package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// id is an ActionID or an OutputID.
type id [sha256.Size]byte

func (i id) hex() string { return hex.EncodeToString(i[:]) }

// actionOf makes an ActionID out of any text.
func actionOf(format string, args ...any) id {
	return sha256.Sum256(fmt.Appendf([]byte("action "), format, args...))
}

func outputOf(body []byte) id { return sha256.Sum256(body) }

// reply is one line of the helper, as cmd/go/internal/cacheprog reads it.
type reply struct {
	ID            int64
	Err           string
	KnownCommands []string
	Miss          bool
	OutputID      []byte
	Size          int64
	Time          *time.Time
	DiskPath      string
}

// request is what go says, without the body.
type request struct {
	ID       int64
	Command  string
	ActionID []byte `json:",omitempty"`
	OutputID []byte `json:",omitempty"`
	BodySize int64  `json:",omitempty"`
}

func (r request) json() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return text
}

// encode writes a request as cmd/go does: the object, an empty line, and for
// a body its base64 on a line of its own.
func (r request) encode(body []byte) []byte {
	out := append(r.json(), '\n', '\n')
	if len(body) > 0 {
		out = append(out, '"')
		out = base64.StdEncoding.AppendEncode(out, body)
		out = append(out, '"', '\n')
	}
	return out
}

func getRequest(n int64, action id) request {
	return request{ID: n, Command: "get", ActionID: action[:]}
}

func putRequest(n int64, action id, body []byte) request {
	output := outputOf(body)
	return request{ID: n, Command: "put", ActionID: action[:],
		OutputID: output[:], BodySize: int64(len(body))}
}

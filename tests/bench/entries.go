package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
)

// Requests that are on their way to a helper at one time; the go command has
// about one more than it has processors.
const requestsAtOnce = 3

// entries are a synthetic cache: as in a real one a quarter of the bodies is
// empty, most of the others are small, and they compress to about a half.
type entries struct{ count int }

const (
	bodyLeast = 64
	bodyMost  = 8192
)

func actionOf(kind string, i int) [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, i))
}

func (entries) action(i int) [sha256.Size]byte { return actionOf("synthetic", i) }

// size is 0, or between the least and the most, each doubling as often.
func (e entries) size(i int) int64 {
	action := e.action(i)
	if i%4 == 0 {
		return 0
	}
	part := float64(binary.LittleEndian.Uint32(action[:])) / math.MaxUint32
	return int64(bodyLeast * math.Pow(bodyMost/bodyLeast, part))
}

func (e entries) body(i int) []byte {
	body := make([]byte, e.size(i))
	noise := hex.NewEncoder(writerOf(body))
	io.CopyN(noise, rand.NewChaCha8(e.action(i)), int64(len(body)/2))
	return body
}

// writerOf writes over a slice.
func writerOf(into []byte) io.Writer { return bytes.NewBuffer(into[:0]) }

// putAll stores every entry.
func (e entries) putAll(s *session) error {
	return s.converse(e.count, func(i int) error {
		action, body := e.action(i), e.body(i)
		output := sha256.Sum256(body)
		r := request{Command: "put", ActionID: action[:], OutputID: output[:], BodySize: int64(len(body))}
		if len(body) == 0 {
			return s.send(r, nil)
		}
		return s.send(r, bytes.NewReader(body))
	}, func(int, reply) error { return nil })
}

// getAll wants every entry, in the order in which they were put.
func (e entries) getAll(s *session) error {
	return s.converse(e.count, func(i int) error {
		action := e.action(i)
		return s.send(request{Command: "get", ActionID: action[:]}, nil)
	}, func(i int, r reply) error {
		if r.Miss || r.Size != e.size(i) {
			return fmt.Errorf("entry %d came back as %+v", i, r)
		}
		return nil
	})
}

// missAll wants so many entries that nobody has.
func missAll(s *session, count int) error {
	return s.converse(count, func(i int) error {
		action := actionOf("missing", i)
		return s.send(request{Command: "get", ActionID: action[:]}, nil)
	}, func(i int, r reply) error {
		if !r.Miss {
			return fmt.Errorf("entry %d came from nowhere: %+v", i, r)
		}
		return nil
	})
}

// converse sends count requests, some at a time, and takes their replies in
// whatever order they come.
func (s *session) converse(count int, send func(i int) error, take func(i int, r reply) error) error {
	first := s.lastID + 1
	free := make(chan struct{}, requestsAtOnce)
	sent := make(chan error, 1)
	go func() {
		var err error
		for i := 0; i < count && err == nil; i++ {
			free <- struct{}{}
			err = send(i)
		}
		sent <- err
	}()
	for range count {
		r, err := s.hear()
		if err == nil {
			err = take(r.ID-first, r)
		}
		if err != nil {
			s.process.Process.Kill() // and with that whoever sends
			return err
		}
		<-free
	}
	return <-sent
}

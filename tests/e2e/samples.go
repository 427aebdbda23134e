package e2e

import (
	"bytes"
	"math/rand/v2"
)

// A body that is long enough to be cut, chunked and flipped.
var sample = bytes.Repeat([]byte("A body of some length. "), 60)

// The object that a fault strikes, and one that it leaves alone.
var (
	victim    = actionOf("victim")
	bystander = actionOf("bystander")
)

// noise is n bytes that do not compress.
func noise(n int) []byte {
	body := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(body)
	return body
}

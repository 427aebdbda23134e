package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func vector(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../vectors/pack", name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The tests' own reader and the program's (tests/unit) read the same files.
func TestFormatVectors(t *testing.T) {
	pack := vector(t, "pack")
	s, err := parseSnapshot(vector(t, "snapshot"))
	if err != nil {
		t.Fatal(err)
	}
	found := hoards{map[id]snapshot{s.head.Scope: s}, map[id][]byte{outputOf(pack): pack}, map[id][]packed{}}
	if err := found.check(); err != nil {
		t.Fatal(err)
	}
	entries, err := parseBlock(vector(t, "block.raw"), 4)
	if err != nil {
		t.Fatal(err)
	}
	if again := encodeBlock(entries); !bytes.Equal(again, vector(t, "block.raw")) {
		t.Errorf("written anew it is %x", again)
	}
	if again := s.encode(); !bytes.Equal(again, vector(t, "snapshot")) {
		t.Errorf("written anew it is %x", again)
	}
}

// What the tests write, they read; and they notice each flipped bit of it, so
// that they can judge what the program wrote.
func TestFormatIsJudged(t *testing.T) {
	scope := actionOf("scope")
	h := newHoard(scope)
	h.inline(blockOf(packedOf("small", []byte("small")), packedOf("empty", nil)))
	h.pack(blockOf(packedOf("one", sample), packedOf("two", sample)), blockOf(packedOf("three", noise(3000))))
	judge := func(text, pack []byte) error {
		s, err := parseSnapshot(text)
		if err != nil {
			return err
		}
		found := hoards{map[id]snapshot{scope: s}, map[id][]byte{h.snapshot.packs[0].ID: pack}, map[id][]packed{}}
		return found.check()
	}
	text, pack := h.snapshot.encode(), h.packs[0]
	if err := judge(text, pack); err != nil {
		t.Fatal(err)
	}
	for i := range len(text) {
		if judge(flipAt(text, i), pack) == nil {
			t.Errorf("a flipped bit at %d of the snapshot was not noticed", i)
		}
	}
	for i := range len(pack) {
		if judge(text, flipAt(pack, i)) == nil {
			t.Errorf("a flipped bit at %d of the pack was not noticed", i)
		}
	}
}

// flipAt is a copy with one flipped bit in byte i.
func flipAt(text []byte, i int) []byte {
	text = bytes.Clone(text)
	text[i] ^= 1 << (i % 8)
	return text
}

package e2e

import (
	"encoding/hex"
	"fmt"
	"path"
	"strings"
	"testing"
)

// entryOf is the name of an entry's object without its prefix, or all of an
// accelerator's key behind the prefix.
func entryOf(key string) string {
	if at := strings.Index(key, accelerators); at >= 0 {
		return key[at:]
	}
	return path.Base(key)
}

// hoards is what lies in a bucket beside the entries' own objects.
type hoards struct {
	snapshots map[id]snapshot // by key
	packs     map[id][]byte   // by key
	entries   map[id][]packed // by snapshot's key: those that count, in order
}

// readHoards reads every accelerator and checks it: a snapshot under a key of
// its own, packs that hash to their names, blocks whose bodies hash to their
// OutputIDs and that hold what the snapshot says.
func readHoards(t testing.TB, objects map[string][]byte) hoards {
	t.Helper()
	found := hoards{map[id]snapshot{}, map[id][]byte{}, map[id][]packed{}}
	for key, body := range objects {
		name := entryOf(key)
		switch {
		case strings.HasPrefix(name, packKeys):
			found.packs[idOf(t, name)] = body
		case strings.HasPrefix(name, snapshotKeys):
			s, err := parseSnapshot(body)
			if err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			found.snapshots[idOf(t, name)] = s
		case !isEntryKey(key):
			t.Fatalf("an unknown object: %s", key)
		}
	}
	if err := found.check(); err != nil {
		t.Fatal(err)
	}
	return found
}

// idOf is the id at the end of a key.
func idOf(t testing.TB, key string) (found id) {
	t.Helper()
	if n, err := hex.Decode(found[:], []byte(path.Base(key))); err != nil || n != len(found) {
		t.Fatalf("no id: %s", key)
	}
	return found
}

func (h *hoards) check() error {
	for name, pack := range h.packs {
		if err := checkPackHead(pack); err != nil {
			return err
		}
		if outputOf(pack) != name {
			return fmt.Errorf("pack %s hashes to %s", name.hex(), outputOf(pack).hex())
		}
	}
	for key, s := range h.snapshots {
		if key != s.head.Scope && key != s.head.Family {
			return fmt.Errorf("snapshot %s is of scope %s, family %s", key.hex(), s.head.Scope.hex(), s.head.Family.hex())
		}
		if err := h.gather(key, s); err != nil {
			return fmt.Errorf("snapshot %s: %w", key.hex(), err)
		}
	}
	return nil
}

// gather reads all blocks of a snapshot.
func (h *hoards) gather(key id, s snapshot) error {
	for i, b := range s.blocks {
		from := s.inline
		if b.Pack != inlinePack {
			p := s.packs[b.Pack]
			if from = h.packs[p.ID]; uint64(len(from)) != p.Size {
				return fmt.Errorf("pack %s has %d bytes, want %d", p.ID.hex(), len(from), p.Size)
			}
		}
		entries, err := parseFrame(from[b.Offset:b.Offset+uint64(b.PackedLen)], b)
		if err != nil {
			return fmt.Errorf("block %d: %w", i, err)
		}
		for k, e := range entries {
			record := s.entries[int(b.FirstEntry)+k]
			if record.Action == (id{}) {
				continue
			}
			if record.Action != e.action || record.Tag != tagOf(e.output) {
				return fmt.Errorf("block %d, entry %d is another", i, k)
			}
			h.entries[key] = append(h.entries[key], e)
		}
	}
	return nil
}

package e2e

import "time"

// hoard is a snapshot with its packs, made by hand, for a test to spoil and
// to lay into a bucket.
type hoard struct {
	snapshot snapshot
	packs    [][]byte
}

// newHoard is an empty one, stored under this scope.
func newHoard(scope id) *hoard {
	h := &hoard{}
	copy(h.snapshot.head.Magic[:], "GCS3SNAP")
	h.snapshot.head.Version = 1
	h.snapshot.head.Scope, h.snapshot.head.Family = scope, scope
	h.snapshot.head.Created = time.Now().Add(-time.Hour).Unix()
	return h
}

// packedOf is an entry whose action and body follow from a text.
func packedOf(name string, body []byte) packed {
	return packed{actionOf("%s", name), outputOf(body), time.Now().Add(-time.Hour).UnixNano(), body}
}

// record notes a block whose frame lies at the end of a pack or of the inline
// blocks.
func (h *hoard) record(pack uint32, frame, raw []byte, offset int, entries []packed) {
	h.snapshot.blocks = append(h.snapshot.blocks, blockRecord{
		Pack: pack, PackedLen: uint32(len(frame)), RawLen: uint32(len(raw)),
		FirstEntry: uint32(len(h.snapshot.entries)), Offset: uint64(offset), Entries: uint16(len(entries))})
	for _, e := range entries {
		h.snapshot.entries = append(h.snapshot.entries, entryRecord{e.action, tagOf(e.output)})
	}
}

// inline adds a block to the snapshot itself.
func (h *hoard) inline(entries ...packed) {
	raw := encodeBlock(entries)
	frame := compress(raw)
	h.record(inlinePack, frame, raw, len(h.snapshot.inline), entries)
	h.snapshot.inline = append(h.snapshot.inline, frame...)
}

// pack adds a pack of blocks.
func (h *hoard) pack(blocks ...[]packed) {
	pack := append([]byte(nil), packHead...)
	for _, entries := range blocks {
		raw := encodeBlock(entries)
		frame := compress(raw)
		h.record(uint32(len(h.packs)), frame, raw, len(pack), entries)
		pack = append(pack, frame...)
	}
	h.packs = append(h.packs, pack)
	h.snapshot.packs = append(h.snapshot.packs, packRecord{outputOf(pack), uint64(len(pack)), h.snapshot.head.Created})
}

// lay puts packs and snapshot into a bucket. A pack that was spoiled after it
// was added keeps its old name.
func (h *hoard) lay(b *badServer) {
	for i, pack := range h.packs {
		b.keep(packKeys+h.snapshot.packs[i].ID.hex(), object{pack, nil})
	}
	h.laySnapshot(b, h.snapshot.encode())
}

// laySnapshot puts any bytes under the snapshot's keys.
func (h *hoard) laySnapshot(b *badServer, text []byte) {
	b.keep(snapshotKeys+h.snapshot.head.Scope.hex(), object{text, nil})
	b.keep(snapshotKeys+h.snapshot.head.Family.hex(), object{text, nil})
}

package e2e

import (
	"encoding/binary"
	"time"
)

// hoard is a snapshot with its packs, made by hand, for a test to spoil and to
// lay into a bucket.
type hoard struct {
	snapshot snapshot
	packs    [][]byte
}

// block is one of its blocks: what the snapshot says of it, and its bytes.
type block struct {
	entries    []packed
	raw, frame []byte
}

func blockOf(entries ...packed) block {
	return block{entries: entries}.with(encodeBlock(entries))
}

// with is the block with other content; the snapshot says the same.
func (b block) with(raw []byte) block {
	b.raw, b.frame = raw, compress(raw)
	return b
}

// changed is the block with other headers, under their right check.
func (b block) changed(change func(headers []entryHeader)) block {
	raw := append([]byte(nil), b.raw...)
	headers := make([]entryHeader, len(b.entries))
	binary.Decode(raw[8:], binary.LittleEndian, headers)
	change(headers)
	binary.Encode(raw[8:], binary.LittleEndian, headers)
	return b.with(checked(raw, len(headers)))
}

// packedOf is an entry of an action that is named after a text.
func packedOf(name string, body []byte) packed {
	return packed{actionOf("%s", name), outputOf(body), time.Now().Add(-time.Hour).UnixNano(), body}
}

// newHoard is an empty one, for this scope.
func newHoard(scope id) *hoard {
	h := &hoard{}
	head := &h.snapshot.head
	copy(head.Magic[:], "GCS3SNAP")
	head.Version, head.Scope, head.Family = 1, scope, scope
	head.Created = time.Now().Add(-time.Hour).Unix()
	return h
}

// record notes a block that lies at an offset of a pack.
func (h *hoard) record(pack uint32, offset int, b block) {
	s := &h.snapshot
	s.blocks = append(s.blocks, blockRecord{
		Pack: pack, PackedLen: uint32(len(b.frame)), RawLen: uint32(len(b.raw)),
		FirstEntry: uint32(len(s.entries)), Offset: uint64(offset), Entries: uint16(len(b.entries))})
	for _, e := range b.entries {
		s.entries = append(s.entries, entryRecord{e.action, tagOf(e.output)})
	}
}

// inline adds a block to the snapshot itself.
func (h *hoard) inline(b block) {
	h.record(inlinePack, len(h.snapshot.inline), b)
	h.snapshot.inline = append(h.snapshot.inline, b.frame...)
}

// pack adds a pack of blocks.
func (h *hoard) pack(blocks ...block) {
	pack := append([]byte(nil), packHead...)
	for _, b := range blocks {
		h.record(uint32(len(h.packs)), len(pack), b)
		pack = append(pack, b.frame...)
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
	for _, key := range []id{h.snapshot.head.Scope, h.snapshot.head.Family} {
		b.keep(snapshotKeys+key.hex(), object{text, nil})
	}
}

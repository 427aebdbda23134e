package e2e

import (
	"encoding/binary"
	"math"
	"slices"
)

// spoil is a way in which a snapshot or a pack can be bad. lay puts the
// treasure into the bucket like that.
type spoil struct {
	name string
	lost []int // blocks of the treasure that may not come from packs
	slow bool  // so slow that the bucket may be let alone for a while
	lay  func(z *treasure, s *badServer)
}

var (
	nothing    = []int{}
	everything = []int{0, 1, 2, 3}
	inPacks    = []int{1, 2, 3}
	// what may be asked for with one request
	firstPack = []int{1, 2}
)

// inText alters the snapshot's bytes.
func inText(name string, alter func(text []byte) []byte) spoil {
	return spoil{name: "the snapshot is " + name, lost: everything, lay: func(z *treasure, s *badServer) {
		z.lay(s)
		z.laySnapshot(s, alter(z.snapshot.encode()))
	}}
}

// inTables alters the snapshot's records; the digest is right.
func inTables(name string, lost []int, alter func(n *snapshot)) spoil {
	return spoil{name: name, lost: lost, lay: func(z *treasure, s *badServer) {
		z.lay(s)
		key := z.snapshot.head.Scope
		alter(&z.snapshot)
		s.keep(snapshotKeys+key.hex(), object{z.snapshot.encode(), nil})
	}}
}

var textSpoils = []spoil{
	inText("empty", func([]byte) []byte { return nil }),
	inText("a byte", func(b []byte) []byte { return b[:1] }),
	inText("its head", func(b []byte) []byte { return b[:132] }),
	inText("half", func(b []byte) []byte { return b[:len(b)/2] }),
	inText("a byte short", func(b []byte) []byte { return b[:len(b)-1] }),
	inText("a byte long", func(b []byte) []byte { return append(b, 0) }),
	inText("twice", func(b []byte) []byte { return append(b, b...) }),
	inText("random bytes", func(b []byte) []byte { return noise(len(b)) }),
	inText("a megabyte of random bytes", func([]byte) []byte { return noise(megabyte) }),
	inText("HTML", func([]byte) []byte { return []byte(htmlPage) }),
	inText("of another kind", func(b []byte) []byte { return append([]byte("GCS3PACK"), b[8:]...) }),
	inText("of version 2", func(b []byte) []byte { b[8] = 2; return b }),
	inText("of version 0", func(b []byte) []byte { b[8] = 0; return b }),
	inText("with a flag", func(b []byte) []byte { b[10] = 1; return b }),
	inText("with another digest", func(b []byte) []byte { b[12] ^= 1; return b }),
	inText("announced with all counts at their limits", func(b []byte) []byte {
		return announced(b, 4096, 65536, 125_000, 256<<10)
	}),
	inText("announced with too many packs", func(b []byte) []byte { return announced(b, 4097, 0, 0, 0) }),
	inText("announced with too many blocks", func(b []byte) []byte { return announced(b, 0, 65537, 0, 0) }),
	inText("announced with too many entries", func(b []byte) []byte { return announced(b, 0, 0, 125_001, 0) }),
	inText("announced with too many inline bytes", func(b []byte) []byte { return announced(b, 0, 0, 0, 256<<10+1) }),
	inText("announced with counts of 2^32-1", func(b []byte) []byte {
		return announced(b, math.MaxUint32, math.MaxUint32, math.MaxUint32, math.MaxUint32)
	}),
	inText("without anything in it", func(b []byte) []byte { return seal(announced(b, 0, 0, 0, 0)[:132]) }),
}

// announced announces other tables.
func announced(text []byte, n ...uint32) []byte {
	for i, count := range n {
		binary.LittleEndian.PutUint32(text[116+4*i:], count)
	}
	return text
}

var tableSpoils = []spoil{
	inTables("another scope's snapshot", everything, func(n *snapshot) {
		n.head.Scope, n.head.Family = actionOf("another scope"), actionOf("another family")
	}),
	inTables("a pack of 10 GB", everything, func(n *snapshot) { n.packs[0].Size = 10 << 30 }),
	inTables("a pack of 2^64-1 bytes", everything, func(n *snapshot) { n.packs[0].Size = math.MaxUint64 }),
	inTables("a pack of no bytes", everything, func(n *snapshot) { n.packs[0].Size = 0 }),
	inTables("a pack that is shorter than announced", firstPack, func(n *snapshot) { n.packs[0].Size += 100 }),
	inTables("a pack that is written in the future", nothing, func(n *snapshot) { n.packs[0].Created = math.MaxInt64 }),
	inTables("a pack that was written before all time", nothing, func(n *snapshot) { n.packs[0].Created = math.MinInt64 }),
	inTables("a snapshot that is written in the future", nothing, func(n *snapshot) { n.head.Created = math.MaxInt64 }),
	inTables("a pack that is not there", firstPack, func(n *snapshot) { n.packs[0].ID = actionOf("none") }),
	inTables("packs in each other's place", inPacks, func(n *snapshot) {
		n.packs[0].ID, n.packs[1].ID = n.packs[1].ID, n.packs[0].ID
	}),
	inTables("a pack twice", nothing, func(n *snapshot) { n.packs = append(n.packs, n.packs[0]) }),
	inTables("a block of no pack", everything, func(n *snapshot) { n.blocks[1].Pack = 2 }),
	inTables("a block of pack 2^32-2", everything, func(n *snapshot) { n.blocks[1].Pack = math.MaxUint32 - 1 }),
	inTables("a block beyond its pack", everything, func(n *snapshot) { n.blocks[1].Offset = n.packs[0].Size }),
	inTables("a block at 2^64-1", everything, func(n *snapshot) { n.blocks[1].Offset = math.MaxUint64 }),
	inTables("a block that is 4 GB long", everything, func(n *snapshot) { n.blocks[1].PackedLen = math.MaxUint32 }),
	inTables("a block of no bytes", everything, func(n *snapshot) { n.blocks[1].PackedLen = 0 }),
	inTables("a block that is 4 GB long in truth", everything, func(n *snapshot) { n.blocks[1].RawLen = math.MaxUint32 }),
	inTables("a block that is nothing in truth", firstPack, func(n *snapshot) { n.blocks[1].RawLen = 0 }),
	inTables("a block that is a byte longer in truth", firstPack, func(n *snapshot) { n.blocks[1].RawLen++ }),
	inTables("a block whose frame is a byte shorter", firstPack, func(n *snapshot) { n.blocks[1].PackedLen-- }),
	inTables("a block whose frame is a byte longer", firstPack, func(n *snapshot) { n.blocks[1].PackedLen++ }),
	inTables("a block of no entries", everything, func(n *snapshot) { n.blocks[1].Entries = 0 }),
	inTables("a block of 65,535 entries", everything, func(n *snapshot) { n.blocks[1].Entries = math.MaxUint16 }),
	inTables("a block that takes its neighbour's entry", everything, func(n *snapshot) {
		n.blocks[1].Entries, n.blocks[2].FirstEntry = 4, 6
		n.blocks[2].Entries = 0
	}),
	inTables("a block with the next one's entries too", everything, func(n *snapshot) { n.blocks[1].Entries = 4 }),
	inTables("blocks whose entries overlap", everything, func(n *snapshot) { n.blocks[2].FirstEntry-- }),
	inTables("blocks in each other's place", inPacks, func(n *snapshot) {
		a, b := &n.blocks[1], &n.blocks[2]
		a.Offset, b.Offset, a.PackedLen, b.PackedLen, a.RawLen, b.RawLen = b.Offset, a.Offset, b.PackedLen, a.PackedLen, b.RawLen, a.RawLen
	}),
	inTables("blocks that overlap", firstPack, func(n *snapshot) { n.blocks[2].Offset = n.blocks[1].Offset + 1 }),
	inTables("a block that is its pack's head", firstPack, func(n *snapshot) { n.blocks[1].Offset = 0 }),
	inTables("an inline block at another place", everything, func(n *snapshot) { n.blocks[0].Offset = 1 }),
	inTables("an inline block that is a pack's", everything, func(n *snapshot) { n.blocks[0].Pack = 0 }),
	inTables("a pack's block that is inline", everything, func(n *snapshot) { n.blocks[1].Pack = inlinePack }),
	inTables("a block that is long unused", nothing, func(n *snapshot) { n.blocks[1].Idle = math.MaxUint16 }),
	inTables("a block twice", nothing, func(n *snapshot) {
		again := n.blocks[1]
		again.FirstEntry = uint32(len(n.entries))
		n.blocks = append(n.blocks, again)
		n.entries = append(n.entries, slices.Clone(n.entries[2:5])...)
	}),
	inTables("a block a thousand times", nothing, func(n *snapshot) {
		for range 1000 {
			again := n.blocks[1]
			again.FirstEntry = uint32(len(n.entries))
			n.blocks = append(n.blocks, again)
			n.entries = append(n.entries, slices.Clone(n.entries[2:5])...)
		}
	}),
	inTables("entries that do not count", everything, func(n *snapshot) { clear(n.entries) }),
	inTables("entries in each other's place", everything, func(n *snapshot) { slices.Reverse(n.entries) }),
	inTables("entries of other outputs", everything, func(n *snapshot) {
		for i := range n.entries {
			n.entries[i].Tag++
		}
	}),
	inTables("entries all of one action", everything, func(n *snapshot) {
		for i := range n.entries {
			n.entries[i].Action = n.entries[0].Action
		}
	}),
	{name: "a pack that is a snapshot", lost: inPacks, lay: func(z *treasure, s *badServer) {
		z.lay(s)
		for _, p := range z.snapshot.packs {
			s.keep(packKeys+p.ID.hex(), object{z.snapshot.encode(), nil})
		}
	}},
	{name: "a snapshot that is a pack", lost: everything, lay: func(z *treasure, s *badServer) {
		z.lay(s)
		z.laySnapshot(s, z.hoard.packs[0])
	}},
	{name: "a snapshot whose pack it is itself", lost: everything, lay: func(z *treasure, s *badServer) {
		z.snapshot.packs[0] = packRecord{z.snapshot.head.Scope, 1 << 20, 0}
		text := z.snapshot.encode()
		z.lay(s)
		s.keep(packKeys+z.snapshot.head.Scope.hex(), object{text, nil})
	}},
	{name: "a pack of random bytes", lost: inPacks, lay: func(z *treasure, s *badServer) {
		for i := range z.hoard.packs {
			z.hoard.packs[i] = noise(len(z.hoard.packs[i]))
		}
		z.lay(s)
	}},
	{name: "half a pack", lost: inPacks, lay: func(z *treasure, s *badServer) {
		for i, pack := range z.hoard.packs {
			z.hoard.packs[i] = pack[:len(pack)/2]
		}
		z.lay(s)
	}},
	{name: "an empty pack", lost: inPacks, lay: func(z *treasure, s *badServer) { clear(z.hoard.packs); z.lay(s) }},
	{name: "a pack of version 2", lost: nothing, lay: func(z *treasure, s *badServer) { z.hoard.packs[0][8] = 2; z.lay(s) }},
	{name: "a pack of zeros", lost: inPacks, lay: func(z *treasure, s *badServer) {
		for _, pack := range z.hoard.packs {
			clear(pack)
		}
		z.lay(s)
	}},
}

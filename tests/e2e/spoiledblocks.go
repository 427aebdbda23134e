package e2e

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// intruder is an entry that a block claims to hold although it should not.
var intruder = packedOf("intruder", []byte("intruder"))

// inBlock alters a block: one of the snapshot, or one of a pack.
func inBlock(name string, alter func(b block) block) []spoil {
	spoiled := func(at int) func(z *treasure, s *badServer) {
		return func(z *treasure, s *badServer) {
			z.blocks[at] = alter(z.blocks[at])
			z.rebuild()
			z.lay(s)
		}
	}
	return []spoil{
		{name: "a block of the snapshot: " + name, lost: []int{0}, lay: spoiled(0)},
		{name: "a block of a pack: " + name, lost: firstPack, lay: spoiled(1)},
	}
}

// inHeaders alters a block's headers, under their right check.
func inHeaders(name string, alter func(h []entryHeader)) []spoil {
	return inBlock(name, func(b block) block { return b.changed(alter) })
}

var blockSpoils = slices.Concat(
	inBlock("bodies that are another's", func(b block) block {
		raw := bytes.Clone(b.raw)
		raw[len(raw)-1] ^= 1
		return b.with(raw)
	}),
	inBlock("an output that no body has, in the snapshot too", func(b block) block {
		b = b.changed(func(h []entryHeader) { h[0].Output = actionOf("no output") })
		b.entries = slices.Clone(b.entries)
		b.entries[0].output = actionOf("no output")
		return b
	}),
	inBlock("another output than announced, with its body", func(b block) block {
		others := slices.Clone(b.entries)
		others[0].output, others[0].body = intruder.output, intruder.body
		return b.with(encodeBlock(others))
	}),
	inBlock("a wrong check of the headers", func(b block) block {
		raw := bytes.Clone(b.raw)
		raw[4] ^= 1
		return b.with(raw)
	}),
	inBlock("an entry more", func(b block) block { return b.with(recount(b, +1)) }),
	inBlock("an entry less", func(b block) block { return b.with(recount(b, -1)) }),
	inBlock("2^32-1 entries", func(b block) block { return b.with(recount(b, -1-len(b.entries))) }),
	inBlock("a byte more", func(b block) block { return b.with(append(bytes.Clone(b.raw), 0)) }),
	inBlock("a byte less", func(b block) block { return b.with(b.raw[:len(b.raw)-1]) }),
	inBlock("only headers", func(b block) block { return b.with(b.raw[:8+80*len(b.entries)]) }),
	inBlock("four bytes", func(b block) block { return b.with(b.raw[:4]) }),

	inHeaders("another action", func(h []entryHeader) { h[0].Action = intruder.action }),
	inHeaders("actions in each other's place", func(h []entryHeader) { h[0].Action, h[1].Action = h[1].Action, h[0].Action }),
	inHeaders("all of one action", func(h []entryHeader) { h[1].Action = h[0].Action }),
	inHeaders("another output", func(h []entryHeader) { h[0].Output = intruder.output }),
	inHeaders("an output of nothing with a size", func(h []entryHeader) { h[0].Output = outputOf(nil) }),
	inHeaders("a body of 10 GB", func(h []entryHeader) { h[0].Size = 10 << 30 }),
	inHeaders("a body of 64 MiB and a byte", func(h []entryHeader) { h[0].Size = 64<<20 + 1 }),
	inHeaders("a body of 2^64-1 bytes", func(h []entryHeader) { h[0].Size = math.MaxUint64 }),
	inHeaders("bodies whose sum is right by overflow", func(h []entryHeader) {
		last := &h[len(h)-1]
		h[0].Size, last.Size = h[0].Size+last.Size+1, math.MaxUint64
	}),
	inHeaders("a body of no bytes", func(h []entryHeader) { h[0].Size = 0 }),
	inHeaders("a body that is a byte longer", func(h []entryHeader) { h[0].Size++ }),
	inHeaders("a time before all time", func(h []entryHeader) { h[0].When = math.MinInt64 }),
	inHeaders("a time of -1", func(h []entryHeader) { h[0].When = -1 }),
	inHeaders("a time beyond all time", func(h []entryHeader) { h[0].When = math.MaxInt64 }),

	inFrame("random bytes", func(b block) []byte { return noise(len(b.frame)) }),
	inFrame("no compression", func(b block) []byte { return b.raw }),
	inFrame("gzip", func(b block) []byte { return zipped(b.raw) }),
	inFrame("half a frame", func(b block) []byte { return b.frame[:len(b.frame)/2] }),
	inFrame("a frame and a byte", func(b block) []byte { return append(bytes.Clone(b.frame), 0) }),
	inFrame("a frame twice", func(b block) []byte { return append(bytes.Clone(b.frame), b.frame...) }),
	inFrame("a frame in a frame", func(b block) []byte { return compress(b.frame) }),
	inFrame("the magic of zstd alone", func(block) []byte { return zstdMagic }),
	inFrame("a skippable frame", func(block) []byte { return []byte("\x50\x2a\x4d\x18\x04\x00\x00\x00four") }),
	inFrame("a frame behind a skippable one", func(b block) []byte {
		return append([]byte("\x50\x2a\x4d\x18\x04\x00\x00\x00four"), b.frame...)
	}),
	inFrame("a frame without its content's size", func(b block) []byte { return handmade([]byte{0, 7 << 3}, b.raw) }),
	inFrame("a frame of a window of 1 MiB", func(b block) []byte { return handmade(sizeIn4(sizeOf4, []byte{10 << 3}, len(b.raw)), b.raw) }),
	inFrame("a frame of a window of 2 TB", func(b block) []byte { return handmade(sizeIn4(sizeOf4, []byte{31 << 3}, len(b.raw)), b.raw) }),
	inFrame("a frame with a dictionary", func(b block) []byte {
		return handmade(sizeIn4(sizeOf4|single|dictionary1, []byte{7}, len(b.raw)), b.raw)
	}),
	inFrame("a frame with a checksum", func(b block) []byte {
		return append(handmade(sizeIn4(sizeOf4|single|hasCheck, nil, len(b.raw)), b.raw), 1, 2, 3, 4)
	}),
	inFrame("a frame with the reserved bit", func(b block) []byte { return handmade(sizeIn4(sizeOf4|single|1<<3, nil, len(b.raw)), b.raw) }),
	inFrame("a frame that says less than it gives", func(b block) []byte { return handmade(sizeIn4(sizeOf4|single, nil, len(b.raw)-1), b.raw) }),
	inFrame("a frame that gives less than it says", func(b block) []byte { return handmade(sizeIn4(sizeOf4|single, nil, len(b.raw)), b.raw[:20]) }),
	inFrame("a frame that says 10 GB", func(block) []byte { return bomb(10<<30, 1<<30) }),
	inFrame("a frame that says what the snapshot says and gives 1 GB", func(b block) []byte { return bomb(uint64(len(b.raw)), 1<<30) }),
)

// recount is the block's content with another number of entries.
func recount(b block, more int) []byte {
	raw := bytes.Clone(b.raw)
	binary.LittleEndian.PutUint32(raw, uint32(len(b.entries)+more))
	return raw
}

// inFrame replaces a block's frame; the snapshot tells its length.
func inFrame(name string, frame func(b block) []byte) []spoil {
	return inBlock(name, func(b block) block {
		b.frame = frame(b)
		return b
	})
}

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// The formats of docs/storage.md, section 3, read and written independently
// of the program.

const (
	accelerators = "gocache-s3/1/"
	packKeys     = accelerators + "packs/"
	snapshotKeys = accelerators + "snapshots/"

	inlinePack = 1<<32 - 1 // instead of a pack's number
	windowMax  = 512 << 10
)

// packed is an entry of a block, with its body.
type packed struct {
	action, output id
	when           int64 // Unix nanoseconds
	body           []byte
}

// The records, field by field as they are stored.
type (
	snapshotHead struct {
		Magic                          [8]byte
		Version, Flags                 uint16
		Digest, Scope, Family          id
		Created                        int64
		Packs, Blocks, Entries, Inline uint32
	}
	packRecord struct {
		ID      id
		Size    uint64
		Created int64
	}
	blockRecord struct {
		Pack, PackedLen, RawLen, FirstEntry uint32
		Offset                              uint64
		Entries, Idle                       uint16
	}
	entryRecord struct {
		Action id
		Tag    uint32
	}
	entryHeader struct {
		Action, Output id
		Size           uint64
		When           int64
	}
)

// snapshot is one as it lies in the bucket.
type snapshot struct {
	head    snapshotHead
	packs   []packRecord
	blocks  []blockRecord
	entries []entryRecord
	inline  []byte
}

const digestFrom = 8 + 2 + 2 + sha256.Size // what the digest covers begins here

func tagOf(output id) uint32 { return binary.LittleEndian.Uint32(output[:]) }

// encode fills in counts and digest and gives the object.
func (s snapshot) encode() []byte {
	s.head.Packs, s.head.Blocks = uint32(len(s.packs)), uint32(len(s.blocks))
	s.head.Entries, s.head.Inline = uint32(len(s.entries)), uint32(len(s.inline))
	var out []byte
	for _, part := range []any{s.head, s.packs, s.blocks, s.entries} {
		out, _ = binary.Append(out, binary.LittleEndian, part)
	}
	return append(seal(out), s.inline...)
}

// seal fills in the digest of head and tables.
func seal(tables []byte) []byte {
	digest := sha256.Sum256(tables[digestFrom:])
	copy(tables[digestFrom-sha256.Size:], digest[:])
	return tables
}

// parseSnapshot reads and checks a snapshot, as strictly as the document is.
func parseSnapshot(object []byte) (s snapshot, err error) {
	used, err := binary.Decode(object, binary.LittleEndian, &s.head)
	if err != nil {
		return s, err
	}
	h := s.head
	if string(h.Magic[:]) != "GCS3SNAP" || h.Version != 1 || h.Flags != 0 {
		return s, errors.New("not a snapshot of version 1")
	}
	if h.Packs > 4096 || h.Blocks > 65536 || h.Entries > 125_000 || h.Inline > 256<<10 {
		return s, fmt.Errorf("beyond the limits: %+v", h)
	}
	s.packs = make([]packRecord, h.Packs)
	s.blocks = make([]blockRecord, h.Blocks)
	s.entries = make([]entryRecord, h.Entries)
	for _, part := range []any{s.packs, s.blocks, s.entries} {
		n, err := binary.Decode(object[used:], binary.LittleEndian, part)
		if err != nil {
			return s, err
		}
		used += n
	}
	if len(object) != used+int(h.Inline) {
		return s, fmt.Errorf("%d bytes, announced %d", len(object), used+int(h.Inline))
	}
	s.inline = object[used:]
	if digest := sha256.Sum256(object[digestFrom:used]); digest != h.Digest {
		return s, errors.New("the digest is another")
	}
	return s, s.check()
}

// check compares the tables with each other.
func (s snapshot) check() error {
	entries, inline := uint32(0), uint64(0)
	for i, p := range s.packs {
		if p.Size > 128<<20 {
			return fmt.Errorf("pack %d has %d bytes", i, p.Size)
		}
	}
	for i, b := range s.blocks {
		if b.FirstEntry != entries || b.Entries == 0 || b.Entries > 1024 || b.PackedLen == 0 {
			return fmt.Errorf("block %d: %+v", i, b)
		}
		entries += uint32(b.Entries)
		switch {
		case b.Pack == inlinePack && b.Offset != inline:
			return fmt.Errorf("block %d: inline at %d, want %d", i, b.Offset, inline)
		case b.Pack == inlinePack:
			inline += uint64(b.PackedLen)
		case int(b.Pack) >= len(s.packs) || b.Offset+uint64(b.PackedLen) > s.packs[b.Pack].Size:
			return fmt.Errorf("block %d is not within a pack: %+v", i, b)
		}
	}
	if int(entries) != len(s.entries) || int(inline) != len(s.inline) {
		return fmt.Errorf("blocks of %d entries, %d inline bytes, want %d, %d", entries, inline, len(s.entries), len(s.inline))
	}
	return nil
}

// parseFrame reads the block in a frame that a record announces.
func parseFrame(frame []byte, b blockRecord) ([]packed, error) {
	var h zstd.Header
	if err := h.Decode(frame); err != nil {
		return nil, err
	}
	window := h.WindowSize
	if h.SingleSegment {
		window = h.FrameContentSize
	}
	if !h.HasFCS || h.FrameContentSize != uint64(b.RawLen) || window > windowMax || h.HasCheckSum || h.DictionaryID != 0 || h.Skippable {
		return nil, fmt.Errorf("frame %+v for %d bytes", h, b.RawLen)
	}
	raw, err := decoder.DecodeAll(frame, nil)
	if err != nil {
		return nil, err
	}
	if len(raw) != int(b.RawLen) {
		return nil, fmt.Errorf("%d bytes, announced %d", len(raw), b.RawLen)
	}
	return parseBlock(raw, int(b.Entries))
}

var decoder, _ = zstd.NewReader(nil, zstd.WithDecoderConcurrency(2))

// compress makes one frame. Only a single segment tells a small size.
func compress(raw []byte) []byte {
	encoder, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(windowMax), zstd.WithSingleSegment(len(raw) <= windowMax))
	return encoder.EncodeAll(raw, nil)
}

// parseBlock reads a block of so many entries and hashes every body.
func parseBlock(raw []byte, count int) ([]packed, error) {
	if len(raw) < 8+80*count || binary.LittleEndian.Uint32(raw) != uint32(count) {
		return nil, fmt.Errorf("%d bytes are not a block of %d entries", len(raw), count)
	}
	headers, bodies := raw[8:8+80*count], raw[8+80*count:]
	if check := sha256.Sum256(headers); !bytes.Equal(check[:4], raw[4:8]) {
		return nil, errors.New("the headers' check is another")
	}
	seen := map[id][]byte{sha256.Sum256(nil): nil}
	var entries []packed
	for i := range count {
		var h entryHeader
		binary.Decode(headers[80*i:], binary.LittleEndian, &h)
		body, known := seen[h.Output]
		if !known {
			if h.Size == 0 || h.Size > 64<<20 || h.Size > uint64(len(bodies)) {
				return nil, fmt.Errorf("entry %d has %d of %d bytes", i, h.Size, len(bodies))
			}
			body, bodies = bodies[:h.Size], bodies[h.Size:]
			seen[h.Output] = body
		}
		if h.Size != uint64(len(body)) || outputOf(body) != h.Output {
			return nil, fmt.Errorf("entry %d: the body of %d bytes is not the output's", i, h.Size)
		}
		entries = append(entries, packed{h.Action, h.Output, h.When, body})
	}
	if len(bodies) != 0 {
		return nil, fmt.Errorf("%d bytes too many", len(bodies))
	}
	return entries, nil
}

// encodeBlock writes a block as it is before it is compressed.
func encodeBlock(entries []packed) []byte {
	var headers, bodies []byte
	seen := map[id]bool{sha256.Sum256(nil): true}
	for _, e := range entries {
		headers, _ = binary.Append(headers, binary.LittleEndian,
			entryHeader{e.action, e.output, uint64(len(e.body)), e.when})
		if !seen[e.output] {
			bodies = append(bodies, e.body...)
			seen[e.output] = true
		}
	}
	raw := binary.LittleEndian.AppendUint64(nil, uint64(len(entries)))
	return checked(append(append(raw, headers...), bodies...), len(entries))
}

// checked fills in the headers' check.
func checked(raw []byte, count int) []byte {
	check := sha256.Sum256(raw[8 : 8+80*count])
	copy(raw[4:8], check[:])
	return raw
}

// checkPackHead says what is wrong with the first bytes of a pack.
func checkPackHead(pack []byte) error {
	if !bytes.HasPrefix(pack, packHead) {
		return fmt.Errorf("not the head of a pack: %q", pack[:min(len(pack), 16)])
	}
	return nil
}

var packHead = []byte("GCS3PACK\x01\x00\x00\x00\x00\x00\x00\x00")

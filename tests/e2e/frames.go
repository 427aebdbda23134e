package e2e

import "encoding/binary"

// Frames of zstd by hand, as no encoder makes them: RFC 8878, 3.1.1.

var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

const (
	blockRaw = 0
	blockRLE = 1

	blockMax = 128 << 10 // what a block gives

	sizeOf8     = 3 << 6 // the frame says its content's size in 8 bytes
	sizeOf4     = 2 << 6
	single      = 1 << 5 // no window: all of the content is one
	hasCheck    = 1 << 2
	dictionary1 = 1 // its id has a byte
)

// frameBlock is one block of a frame; size is that of what it gives.
func frameBlock(last bool, kind, size int, content []byte) []byte {
	head := size<<3 | kind<<1
	if last {
		head |= 1
	}
	return append([]byte{byte(head), byte(head >> 8), byte(head >> 16)}, content...)
}

// handmade is a frame with this header that stores content as it is, in one
// raw block, so that content has 128 KiB at most.
func handmade(header, content []byte) []byte {
	frame := append(append([]byte(nil), zstdMagic...), header...)
	return append(frame, frameBlock(true, blockRaw, len(content), content)...)
}

// bomb is a frame that announces a size and gives so many zeros.
func bomb(announced, zeros uint64) []byte {
	frame := append(append([]byte(nil), zstdMagic...), sizeOf8, 9<<3) // a window of 512 KiB
	frame = binary.LittleEndian.AppendUint64(frame, announced)
	for ; zeros > 0; zeros -= min(zeros, blockMax) {
		frame = append(frame, frameBlock(zeros <= blockMax, blockRLE, int(min(zeros, blockMax)), []byte{0})...)
	}
	return frame
}

// sizeIn4 is a frame's header with a descriptor, more, and the content's size.
func sizeIn4(descriptor byte, more []byte, size int) []byte {
	return binary.LittleEndian.AppendUint32(append([]byte{descriptor}, more...), uint32(size))
}

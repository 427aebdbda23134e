package main

import (
	"fmt"
	"math/bits"
	"sort"
	"strings"
)

// keyspace is a bucket's sorted list of keys that nobody ever wrote down.
type keyspace struct {
	kind  string // of keyKinds
	count int
}

// keyKinds are what the keys of a bucket can be: like those of entries, or
// somebody else's, evenly between them.
var keyKinds = map[string]func(position uint64) string{
	"own": func(position uint64) string {
		noise := position * 0x9e3779b97f4a7c15
		return fmt.Sprintf("%016x%016x%016x%016x", position, noise, ^noise, bits.Reverse64(noise))
	},
	"foreign": func(position uint64) string { return fmt.Sprintf("%016x.log", position) },
}

func (k keyspace) String() string { return fmt.Sprintf("%d %s keys", k.count, k.kind) }

// key is the one with number i, of 0 to count-1.
func (k keyspace) key(i int) string {
	position, _ := bits.Div64(uint64(i), 0, uint64(k.count))
	return keyKinds[k.kind](position)
}

// page lists the keys that have a prefix and sort behind another, up to most.
func (k keyspace) page(prefix, after string, most int) (keys []string, more bool) {
	first := sort.Search(k.count, func(i int) bool {
		key := k.key(i)
		return key > after && key >= prefix
	})
	for i := first; i < k.count && strings.HasPrefix(k.key(i), prefix); i++ {
		if len(keys) == most {
			return keys, true
		}
		keys = append(keys, k.key(i))
	}
	return keys, false
}

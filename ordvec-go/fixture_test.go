package ordvec

import (
	"encoding/binary"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"testing"
)

// Index files made here byte by byte from the format description, so that the tests owe nothing to
// the library: 2-bit codes of the ranks, MSB first, and the bits of the 16 largest coordinates.

const (
	dim  = 64
	rows = 20
	nTop = 16
)

// vectors gives n reproducible vectors.
func vectors(n int, seed int64) []float32 {
	source := rand.New(rand.NewSource(seed))
	values := make([]float32, n*dim)
	for i := range values {
		values[i] = float32(source.NormFloat64())
	}
	return values
}

// ranks gives the rank of each coordinate.
func ranks(v []float32) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return v[order[a]] < v[order[b]] })
	ranked := make([]int, len(v))
	for rank, i := range order {
		ranked[i] = rank
	}
	return ranked
}

func rankQuantFile(corpus []float32) []byte {
	file := append([]byte("OVRQ"), 1, 2)
	file = binary.LittleEndian.AppendUint32(file, dim)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(corpus)/dim))
	for start := 0; start < len(corpus); start += dim {
		packed := make([]byte, dim/4)
		for i, rank := range ranks(corpus[start : start+dim]) {
			packed[i/4] |= byte(rank*4/dim) << (6 - 2*(i%4))
		}
		file = append(file, packed...)
	}
	return file
}

func bitmapFile(corpus []float32) []byte {
	file := append([]byte("OVBM"), 1)
	for _, field := range []uint32{dim, nTop, uint32(len(corpus) / dim)} {
		file = binary.LittleEndian.AppendUint32(file, field)
	}
	for start := 0; start < len(corpus); start += dim {
		file = binary.LittleEndian.AppendUint64(file, topBits(corpus[start:start+dim]))
	}
	return file
}

func topBits(v []float32) uint64 {
	var word uint64
	for i, rank := range ranks(v) {
		if rank >= dim-nTop {
			word |= 1 << i
		}
	}
	return word
}

// write puts a file into a folder of the test and returns its path.
func write(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// load loads a file and closes it with the test, unless the test has.
func load(t *testing.T, name string, data []byte) *Index {
	t.Helper()
	index, err := Load(write(t, name, data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	return index
}

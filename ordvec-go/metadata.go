package ordvec

/*
#include <stdlib.h>
#include "ordvec.h"
*/
import "C"

import (
	"strings"
	"unsafe"
)

// Kind is the kind of an index.
type Kind uint32

// The kinds of ABI version 1. Rank and SignBitmap files can be probed, not loaded.
const (
	KindRank       Kind = C.ORDVEC_KIND_RANK
	KindRankQuant  Kind = C.ORDVEC_KIND_RANK_QUANT
	KindBitmap     Kind = C.ORDVEC_KIND_BITMAP
	KindSignBitmap Kind = C.ORDVEC_KIND_SIGN_BITMAP
)

// Metadata is what the header of an index file says.
type Metadata struct {
	Kind          Kind
	FormatVersion uint32
	Dim           uint64 // coordinates of a vector
	Bits          uint64 // bits per coordinate, RankQuant only
	NTop          uint64 // bits set per vector, Bitmap only
	VectorCount   uint64
	BytesPerVec   uint64
	FileSizeBytes uint64
}

// ReadMetadata reads the header of an index file of any kind and compares it with the length of the
// file. The rows are not read.
func ReadMetadata(path string) (Metadata, error) {
	name, free, err := cPath(path)
	if err != nil {
		return Metadata{}, err
	}
	defer free()
	var probe C.OrdvecProbe
	C.ordvec_probe_init(&probe)
	err = call(func() C.OrdvecStatus { return C.ordvec_index_probe(name, &probe) })
	if err != nil {
		return Metadata{}, err
	}
	return Metadata{
		Kind:          Kind(probe.kind),
		FormatVersion: uint32(probe.format_version),
		Dim:           uint64(probe.dim),
		Bits:          uint64(probe.bits),
		NTop:          uint64(probe.n_top),
		VectorCount:   uint64(probe.vector_count),
		BytesPerVec:   uint64(probe.bytes_per_vec),
		FileSizeBytes: uint64(probe.file_size_bytes),
	}, nil
}

// cPath is path as a C string, once the library is known to be the right one.
func cPath(path string) (*C.char, func(), error) {
	if err := checkABI(); err != nil {
		return nil, nil, err
	}
	if strings.ContainsRune(path, 0) {
		return nil, nil, invalid("path: expected no NUL, found %q", path)
	}
	name := C.CString(path)
	return name, func() { C.free(unsafe.Pointer(name)) }, nil
}

package ordvec

/*
#include "ordvec.h"
*/
import "C"

import (
	"runtime"
	"sync"
)

// Index is a loaded index. Make one with [Load]; the zero value is closed.
type Index struct {
	// Calls on the handle hold it for reading, Close for writing, so that the handle is freed only
	// when no call uses it.
	mutex  sync.RWMutex
	handle *C.OrdvecIndex
	info   Info
}

// Info describes a loaded index.
type Info struct {
	Kind        Kind
	Dim         uint64 // coordinates of a vector
	Bits        uint64 // bits per coordinate, RankQuant only
	NTop        uint64 // bits set per vector, Bitmap only
	VectorCount uint64
	BytesPerVec uint64
	ByteSize    uint64 // of all stored vectors
}

// Load loads a .ovrq or .ovbm file and checks every row.
func Load(path string) (*Index, error) {
	name, free, err := cPath(path)
	if err != nil {
		return nil, err
	}
	defer free()
	var handle *C.OrdvecIndex
	err = call(func() C.OrdvecStatus { return C.ordvec_index_load(name, &handle) })
	if err != nil {
		return nil, err
	}
	index := &Index{handle: handle}
	if index.info, err = describe(handle); err != nil {
		C.ordvec_index_free(handle)
		return nil, err
	}
	// For an Index that is dropped without Close.
	runtime.SetFinalizer(index, func(index *Index) { _ = index.Close() })
	return index, nil
}

func describe(handle *C.OrdvecIndex) (Info, error) {
	var info C.OrdvecIndexInfo
	C.ordvec_index_info_init(&info)
	err := call(func() C.OrdvecStatus { return C.ordvec_index_info(handle, &info) })
	if err != nil {
		return Info{}, err
	}
	return Info{
		Kind:        Kind(info.kind),
		Dim:         uint64(info.dim),
		Bits:        uint64(info.bits),
		NTop:        uint64(info.n_top),
		VectorCount: uint64(info.vector_count),
		BytesPerVec: uint64(info.bytes_per_vec),
		ByteSize:    uint64(info.byte_size),
	}, nil
}

// Info describes the index.
func (index *Index) Info() (Info, error) {
	index.mutex.RLock()
	defer index.mutex.RUnlock()
	if index.handle == nil {
		return Info{}, ErrClosed
	}
	return index.info, nil
}

// Close waits for the calls that are under way and frees the index. A second Close returns
// ErrClosed.
func (index *Index) Close() error {
	index.mutex.Lock()
	defer index.mutex.Unlock()
	if index.handle == nil {
		return ErrClosed
	}
	C.ordvec_index_free(index.handle)
	index.handle = nil
	runtime.SetFinalizer(index, nil)
	return nil
}

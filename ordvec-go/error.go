package ordvec

/*
#include "ordvec.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime"
)

// ErrClosed is returned by every call on an Index after its Close.
var ErrClosed = errors.New("ordvec: index is closed")

// Status is the kind of a failure, as the C ABI numbers it.
type Status int32

// The statuses of ABI version 1.
const (
	StatusNullPointer     Status = C.ORDVEC_STATUS_NULL_POINTER
	StatusStructSize      Status = C.ORDVEC_STATUS_STRUCT_SIZE
	StatusInvalidArgument Status = C.ORDVEC_STATUS_INVALID_ARGUMENT
	StatusOutOfRange      Status = C.ORDVEC_STATUS_OUT_OF_RANGE
	StatusBufferTooSmall  Status = C.ORDVEC_STATUS_BUFFER_TOO_SMALL
	StatusIO              Status = C.ORDVEC_STATUS_IO
	StatusInvalidData     Status = C.ORDVEC_STATUS_INVALID_DATA
	StatusUnsupported     Status = C.ORDVEC_STATUS_UNSUPPORTED
	StatusPanic           Status = C.ORDVEC_STATUS_PANIC
)

// Error is a failure that the library reported.
type Error struct {
	Status  Status
	Message string
}

func (e *Error) Error() string {
	return fmt.Sprintf("ordvec: %s (status %d)", e.Message, e.Status)
}

// invalid is a refusal of this package, before the library is called.
func invalid(format string, arguments ...any) error {
	return &Error{StatusInvalidArgument, fmt.Sprintf(format, arguments...)}
}

// call runs f and turns its status into an error. The library keeps the sentence per OS thread, so
// the goroutine stays on one until it has been read.
func call(f func() C.OrdvecStatus) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if status := f(); status != C.ORDVEC_STATUS_OK {
		return &Error{Status(status), C.GoString(C.ordvec_last_error())}
	}
	return nil
}

// checkABI refuses a library whose structs may have another layout.
func checkABI() error {
	if found := uint32(C.ordvec_abi_version()); found != ABIVersion {
		return &Error{StatusUnsupported, fmt.Sprintf(
			"expected a library of ABI version %d, found %d (release %s)",
			ABIVersion, found, LibraryVersion())}
	}
	return nil
}

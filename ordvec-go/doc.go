// Package ordvec loads and searches ordvec index files (.ovrq, .ovbm) through the C ABI of the
// library ordvec_ffi.
//
// An [Index] may be used by many goroutines at once. [Index.Close] waits for the searches that are
// under way; every call after it returns [ErrClosed]. Failures of the library are an [*Error], with
// its status and its sentence.
//
// The library must be found by the linker and at run time. In the repository:
//
//	cargo build --release -p ordvec-ffi
//	cd ordvec-go
//	lib=$(realpath ../target/release)
//	CGO_LDFLAGS="-L$lib -Wl,-rpath,$lib" go test -race ./...
package ordvec

// The header is a copy of ordvec-ffi/include/ordvec.h, because a Go module holds only its own
// folder. The generator there writes both, and its test fails when either has drifted.

/*
#cgo LDFLAGS: -lordvec_ffi
#include "ordvec.h"
*/
import "C"

// ABIVersion is the version of the C ABI that this package was written for. [Load] and
// [ReadMetadata] refuse a library of another one.
const ABIVersion = C.ORDVEC_ABI_VERSION

// LibraryVersion is the release of the loaded library, "MAJOR.MINOR.PATCH".
func LibraryVersion() string {
	return C.GoString(C.ordvec_version_string())
}

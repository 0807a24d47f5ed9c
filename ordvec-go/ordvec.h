// C ABI of ordvec. Generated from ordvec-ffi/src; do not edit.
// After a change there: cargo run -p ordvec-ffi --example header

#ifndef ORDVEC_H
#define ORDVEC_H

#include <stddef.h>
#include <stdint.h>

// Version of this ABI. It changes when a program built against the old header would break.
#define ORDVEC_ABI_VERSION 1

// `kind` of a `.ovr` file. It can be probed, not loaded.
#define ORDVEC_KIND_RANK 1

// `kind` of a `.ovrq` file.
#define ORDVEC_KIND_RANK_QUANT 2

// `kind` of a `.ovbm` file.
#define ORDVEC_KIND_BITMAP 3

// `kind` of a `.ovsb` file. It can be probed, not loaded.
#define ORDVEC_KIND_SIGN_BITMAP 4

// `scope` of a search of every row.
#define ORDVEC_SCOPE_ALL 0

// `scope` of a search of the rows in `candidates` only.
#define ORDVEC_SCOPE_SUBSET 1

// How a call ended. The values are part of the ABI and never change their meaning.
enum OrdvecStatus
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    // The call did what it says.
    ORDVEC_STATUS_OK = 0,
    // A pointer that must not be null is null.
    ORDVEC_STATUS_NULL_POINTER = 1,
    // `struct_size` is smaller than the struct was in ABI version 1: call its `_init` helper.
    ORDVEC_STATUS_STRUCT_SIZE = 2,
    // An argument has a value that this call refuses.
    ORDVEC_STATUS_INVALID_ARGUMENT = 3,
    // A candidate id is not a row of the index.
    ORDVEC_STATUS_OUT_OF_RANGE = 4,
    // The result buffers hold too few elements. `width` says how many each query needs.
    ORDVEC_STATUS_BUFFER_TOO_SMALL = 5,
    // The file could not be read.
    ORDVEC_STATUS_IO = 6,
    // The file is not a valid index file.
    ORDVEC_STATUS_INVALID_DATA = 7,
    // The file, or a field from a newer version of this ABI, asks for what this library lacks.
    ORDVEC_STATUS_UNSUPPORTED = 8,
    // The library has a defect and stopped the call. The handle stays usable.
    ORDVEC_STATUS_PANIC = 9,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum OrdvecStatus OrdvecStatus;
#else
typedef int32_t OrdvecStatus;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// A loaded index. Opaque; made by `ordvec_index_load`, ended by `ordvec_index_free`.
typedef struct OrdvecIndex OrdvecIndex;

// The header of an index file.
typedef struct OrdvecProbe {
    // Set by `ordvec_probe_init`.
    size_t struct_size;
    // One of the `ORDVEC_KIND_*` values.
    uint32_t kind;
    // Version of the file format.
    uint32_t format_version;
    // Coordinates of a vector.
    uint64_t dim;
    // Bits per coordinate of a `.ovrq` file, otherwise 0.
    uint64_t bits;
    // Bits set per vector of a `.ovbm` file, otherwise 0.
    uint64_t n_top;
    // Number of vectors.
    uint64_t vector_count;
    // Bytes of one stored vector.
    uint64_t bytes_per_vec;
    // Length of the file in bytes.
    uint64_t file_size_bytes;
} OrdvecProbe;

// What a handle holds.
typedef struct OrdvecIndexInfo {
    // Set by `ordvec_index_info_init`.
    size_t struct_size;
    // `ORDVEC_KIND_RANK_QUANT` or `ORDVEC_KIND_BITMAP`.
    uint32_t kind;
    // Zero.
    uint32_t reserved;
    // Coordinates of a vector.
    uint64_t dim;
    // Bits per coordinate of a RankQuant index, otherwise 0.
    uint64_t bits;
    // Bits set per vector of a Bitmap index, otherwise 0.
    uint64_t n_top;
    // Number of vectors.
    uint64_t vector_count;
    // Bytes of one stored vector.
    uint64_t bytes_per_vec;
    // Bytes of all stored vectors.
    uint64_t byte_size;
} OrdvecIndexInfo;

// What to search for.
typedef struct OrdvecSearchRequest {
    // Set by `ordvec_search_request_init`.
    size_t struct_size;
    // `ORDVEC_SCOPE_ALL` or `ORDVEC_SCOPE_SUBSET`.
    uint32_t scope;
    // Zero.
    uint32_t reserved;
    // `query_count * dim` finite values, one query after the other.
    const float *queries;
    // Number of queries; may be 0.
    uint64_t query_count;
    // Coordinates of a query: the dimension of the index.
    uint64_t dim;
    // Results wanted per query. Clamped to the number of rows searched.
    uint64_t k;
    // Row ids, for `ORDVEC_SCOPE_SUBSET` only; the same for every query. Duplicates are kept.
    // May be null when `candidate_count` is 0.
    const uint32_t *candidates;
    // Number of candidates. Must be 0 for `ORDVEC_SCOPE_ALL`.
    uint64_t candidate_count;
} OrdvecSearchRequest;

// Where to put the results. Row `q` begins at `q * width`.
typedef struct OrdvecSearchResult {
    // Set by `ordvec_search_result_init`.
    size_t struct_size;
    // Buffer of the caller for the scores.
    float *scores;
    // Buffer of the caller for the row ids.
    int64_t *indices;
    // Elements that each of the two buffers holds.
    uint64_t capacity;
    // Set by the call: results per query, `k` clamped to the number of rows searched. Also set
    // when the status is `ORDVEC_STATUS_BUFFER_TOO_SMALL`; each buffer then needs
    // `query_count * width` elements.
    uint64_t width;
} OrdvecSearchResult;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The ABI version of the loaded library; compare it with `ORDVEC_ABI_VERSION` of the header.
uint32_t ordvec_abi_version(void);

// The release of the loaded library, as "MAJOR.MINOR.PATCH". Static, never null.
const char *ordvec_version_string(void);

// Why the last call on this thread failed, in UTF-8; the empty string if it succeeded.
//
// Never null. The text belongs to the library and lives until the next call of this library on
// the same thread, or until the thread ends.
const char *ordvec_last_error(void);

// Zero the struct and set its `struct_size`. Does nothing for null.
//
// # Safety
// `probe` is null or points to a writable `OrdvecProbe`.
void ordvec_probe_init(struct OrdvecProbe *probe);

// Read the header of an index file of any kind and compare it with the length of the file.
//
// `path` is UTF-8 on Windows and bytes elsewhere, NUL-terminated.
//
// # Safety
// `path` is null or a NUL-terminated string; `probe` is null or points to `struct_size` bytes.
OrdvecStatus ordvec_index_probe(const char *path, struct OrdvecProbe *probe);

// Zero the struct and set its `struct_size`. Does nothing for null.
//
// # Safety
// `info` is null or points to a writable `OrdvecIndexInfo`.
void ordvec_index_info_init(struct OrdvecIndexInfo *info);

// Load a `.ovrq` or `.ovbm` file, checking every row, and store a new handle in `*index`.
//
// `path` as for `ordvec_index_probe`. On a failure `*index` is left as it was.
//
// # Safety
// `path` is null or a NUL-terminated string; `index` is null or points to a writable pointer.
OrdvecStatus ordvec_index_load(const char *path, struct OrdvecIndex **index);

// Describe a loaded index.
//
// # Safety
// `index` is null or a live handle; `info` is null or points to `struct_size` bytes.
OrdvecStatus ordvec_index_info(const struct OrdvecIndex *index, struct OrdvecIndexInfo *info);

// End a handle. Null is allowed. No other call on the handle may be under way or follow.
//
// # Safety
// `index` is null or a live handle that no other thread uses.
void ordvec_index_free(struct OrdvecIndex *index);

// Zero the struct and set its `struct_size`. Does nothing for null.
//
// # Safety
// `request` is null or points to a writable `OrdvecSearchRequest`.
void ordvec_search_request_init(struct OrdvecSearchRequest *request);

// Zero the struct and set its `struct_size`. Does nothing for null.
//
// # Safety
// `result` is null or points to a writable `OrdvecSearchResult`.
void ordvec_search_result_init(struct OrdvecSearchResult *result);

// Search a loaded index. The buffers are written only when the status is `ORDVEC_STATUS_OK`.
//
// # Safety
// `index` is null or a live handle. `request` and `result` are null or point to `struct_size`
// bytes. The buffers hold as many elements as the structs say, and none of them overlap.
OrdvecStatus ordvec_index_search(const struct OrdvecIndex *index,
                                 const struct OrdvecSearchRequest *request,
                                 struct OrdvecSearchResult *result);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* ORDVEC_H */

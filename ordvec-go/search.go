package ordvec

/*
#include "ordvec.h"

// Builds the structs on the C side: a Go struct that holds Go pointers must not be passed to C.
static OrdvecStatus ordvec_go_search(const OrdvecIndex *index, uint32_t scope,
                                     const float *queries, uint64_t query_count, uint64_t dim,
                                     uint64_t k, const uint32_t *candidates,
                                     uint64_t candidate_count, float *scores, int64_t *indices,
                                     uint64_t capacity, uint64_t *width) {
    OrdvecSearchRequest request;
    OrdvecSearchResult result;
    ordvec_search_request_init(&request);
    ordvec_search_result_init(&result);
    request.scope = scope;
    request.queries = queries;
    request.query_count = query_count;
    request.dim = dim;
    request.k = k;
    request.candidates = candidates;
    request.candidate_count = candidate_count;
    result.scores = scores;
    result.indices = indices;
    result.capacity = capacity;
    OrdvecStatus status = ordvec_index_search(index, &request, &result);
    *width = result.width;
    return status;
}
*/
import "C"

import "unsafe"

// Results holds the results of several queries: those of query q are
// Scores[q*Width:(q+1)*Width] and IDs[q*Width:(q+1)*Width], by score descending, then id ascending.
type Results struct {
	Scores []float32
	IDs    []int64
	Width  int // k, clamped to the number of rows searched
}

// Search searches every row. queries holds one query after the other, each of the dimension of the
// index. A RankQuant index scores float queries against its codes, a Bitmap index counts shared bits.
func (index *Index) Search(queries []float32, k int) (Results, error) {
	return index.search(C.ORDVEC_SCOPE_ALL, queries, nil, k)
}

// SearchSubset searches the rows in candidates only, the same for every query. Duplicates are kept.
func (index *Index) SearchSubset(queries []float32, candidates []uint32, k int) (Results, error) {
	return index.search(C.ORDVEC_SCOPE_SUBSET, queries, candidates, k)
}

func (index *Index) search(
	scope C.uint32_t, queries []float32, candidates []uint32, k int,
) (Results, error) {
	index.mutex.RLock()
	defer index.mutex.RUnlock()
	if index.handle == nil {
		return Results{}, ErrClosed
	}
	dim := int(index.info.Dim)
	if k < 0 {
		return Results{}, invalid("k: expected 0 or more, found %d", k)
	}
	if len(queries)%dim != 0 {
		return Results{}, invalid(
			"queries: expected a multiple of the dimension %d, found %d values", dim, len(queries))
	}
	rows := int(index.info.VectorCount)
	if scope == C.ORDVEC_SCOPE_SUBSET {
		rows = len(candidates)
	}
	count, width := len(queries)/dim, min(k, rows)
	found := Results{make([]float32, count*width), make([]int64, count*width), width}
	var reported C.uint64_t
	err := call(func() C.OrdvecStatus {
		return C.ordvec_go_search(
			index.handle, scope,
			(*C.float)(unsafe.SliceData(queries)), C.uint64_t(count), C.uint64_t(dim), C.uint64_t(k),
			(*C.uint32_t)(unsafe.SliceData(candidates)), C.uint64_t(len(candidates)),
			(*C.float)(unsafe.SliceData(found.Scores)), (*C.int64_t)(unsafe.SliceData(found.IDs)),
			C.uint64_t(len(found.Scores)), &reported)
	})
	if err != nil {
		return Results{}, err
	}
	return found, nil
}

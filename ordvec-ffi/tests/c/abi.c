// Exercises every function of include/ordvec.h, as tests/c_program.rs compiles and runs it.
//
//   abi RANKQUANT_FILE BITMAP_FILE RANK_FILE DAMAGED_FILE QUERY_FILE
//
// QUERY_FILE holds QUERIES * dim floats. Every defect is reported with its line; the exit code is
// the number of defects, at most 1. On success the search results are printed, one
// "<name> <query> <place> <id> <bits of the score>" per line, for the Rust side to compare with the core.

#include "ordvec.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 64, QUERIES = 3, ROWS = 20, K = 5, THREADS = 4, ROUNDS = 200 };

static void fail(int line, const char *what) {
    fprintf(stderr, "abi.c:%d: %s; last error: \"%s\"\n", line, what, ordvec_last_error());
    exit(1);
}

#define CHECK(condition) ((condition) ? (void)0 : fail(__LINE__, #condition))

// The status is the expected one, and the sentence is there exactly when it is a failure.
#define STATUS(call, expected)                                           \
    do {                                                                 \
        CHECK((call) == (expected));                                     \
        CHECK((ordvec_last_error()[0] == '\0') == ((expected) == 0));    \
    } while (0)

#define SAYS(word) CHECK(strstr(ordvec_last_error(), (word)) != NULL)

static float queries[QUERIES * DIM];

static void read_queries(const char *path) {
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    CHECK(fread(queries, sizeof(float), QUERIES * DIM, file) == QUERIES * DIM);
    fclose(file);
}

static OrdvecSearchRequest request(void) {
    OrdvecSearchRequest made;
    memset(&made, 0xAA, sizeof made);
    ordvec_search_request_init(&made);
    CHECK(made.struct_size == sizeof made);
    CHECK(made.scope == ORDVEC_SCOPE_ALL && made.queries == NULL && made.k == 0);
    made.queries = queries;
    made.query_count = QUERIES;
    made.dim = DIM;
    made.k = K;
    return made;
}

static OrdvecSearchResult result(float *scores, int64_t *indices, uint64_t capacity) {
    OrdvecSearchResult made;
    memset(&made, 0xAA, sizeof made);
    ordvec_search_result_init(&made);
    CHECK(made.struct_size == sizeof made);
    CHECK(made.scores == NULL && made.indices == NULL && made.capacity == 0);
    made.scores = scores;
    made.indices = indices;
    made.capacity = capacity;
    return made;
}

static OrdvecIndex *load(const char *path) {
    OrdvecIndex *index = NULL;
    STATUS(ordvec_index_load(path, &index), ORDVEC_STATUS_OK);
    CHECK(index != NULL);
    return index;
}

static void print(const char *name, const OrdvecSearchResult *found, uint64_t query_count) {
    for (uint64_t q = 0; q < query_count; q++) {
        for (uint64_t place = 0; place < found->width; place++) {
            uint64_t at = q * found->width + place;
            uint32_t bits;
            memcpy(&bits, &found->scores[at], sizeof bits);
            printf("%s %llu %llu %lld %08x\n", name, (unsigned long long)q,
                   (unsigned long long)place, (long long)found->indices[at], (unsigned)bits);
        }
    }
}

static void versions(void) {
    CHECK(ordvec_abi_version() == ORDVEC_ABI_VERSION);
    CHECK(ordvec_version_string() != NULL);
    printf("version %s\n", ordvec_version_string());
    CHECK(ordvec_last_error() != NULL && ordvec_last_error()[0] == '\0');
}

static void probe_call(const char *rankquant, const char *bitmap, const char *rank,
                       const char *damaged) {
    OrdvecProbe probe;
    memset(&probe, 0xAA, sizeof probe);
    ordvec_probe_init(&probe);
    CHECK(probe.struct_size == sizeof probe && probe.kind == 0);
    STATUS(ordvec_index_probe(rankquant, &probe), ORDVEC_STATUS_OK);
    CHECK(probe.kind == ORDVEC_KIND_RANK_QUANT && probe.format_version == 1);
    CHECK(probe.dim == DIM && probe.bits == 2 && probe.n_top == 0);
    CHECK(probe.vector_count == ROWS && probe.bytes_per_vec == DIM / 4);
    CHECK(probe.file_size_bytes == 14 + ROWS * DIM / 4);
    STATUS(ordvec_index_probe(bitmap, &probe), ORDVEC_STATUS_OK);
    CHECK(probe.kind == ORDVEC_KIND_BITMAP && probe.n_top == 16 && probe.bits == 0);
    STATUS(ordvec_index_probe(rank, &probe), ORDVEC_STATUS_OK);
    CHECK(probe.kind == ORDVEC_KIND_RANK && probe.bytes_per_vec == 2 * DIM);

    OrdvecProbe before = probe;
    STATUS(ordvec_index_probe(NULL, &probe), ORDVEC_STATUS_NULL_POINTER);
    SAYS("path");
    STATUS(ordvec_index_probe(rank, NULL), ORDVEC_STATUS_NULL_POINTER);
    STATUS(ordvec_index_probe("no/such/file", &probe), ORDVEC_STATUS_IO);
    SAYS("no/such/file");
    STATUS(ordvec_index_probe(damaged, &probe), ORDVEC_STATUS_INVALID_DATA);
    CHECK(memcmp(&before, &probe, sizeof probe) == 0);
    probe.struct_size = sizeof probe - 1;
    STATUS(ordvec_index_probe(rank, &probe), ORDVEC_STATUS_STRUCT_SIZE);
    SAYS("ordvec_probe_init");
    ordvec_probe_init(NULL);
}

static void load_refusals(const char *rankquant, const char *rank, const char *damaged) {
    OrdvecIndex *index = NULL;
    STATUS(ordvec_index_load(NULL, &index), ORDVEC_STATUS_NULL_POINTER);
    STATUS(ordvec_index_load(rankquant, NULL), ORDVEC_STATUS_NULL_POINTER);
    STATUS(ordvec_index_load("no/such/file", &index), ORDVEC_STATUS_IO);
    STATUS(ordvec_index_load(damaged, &index), ORDVEC_STATUS_INVALID_DATA);
    STATUS(ordvec_index_load(rank, &index), ORDVEC_STATUS_UNSUPPORTED);
    SAYS(".ovrq or .ovbm");
    CHECK(index == NULL);
    ordvec_index_free(NULL);
}

static void info_call(const OrdvecIndex *rankquant, const OrdvecIndex *bitmap) {
    OrdvecIndexInfo info;
    memset(&info, 0xAA, sizeof info);
    ordvec_index_info_init(&info);
    CHECK(info.struct_size == sizeof info && info.kind == 0);
    STATUS(ordvec_index_info(rankquant, &info), ORDVEC_STATUS_OK);
    CHECK(info.kind == ORDVEC_KIND_RANK_QUANT && info.dim == DIM && info.bits == 2);
    CHECK(info.n_top == 0 && info.vector_count == ROWS && info.bytes_per_vec == DIM / 4);
    CHECK(info.byte_size == ROWS * DIM / 4 && info.struct_size == sizeof info);
    STATUS(ordvec_index_info(bitmap, &info), ORDVEC_STATUS_OK);
    CHECK(info.kind == ORDVEC_KIND_BITMAP && info.n_top == 16 && info.bits == 0);

    STATUS(ordvec_index_info(NULL, &info), ORDVEC_STATUS_NULL_POINTER);
    STATUS(ordvec_index_info(bitmap, NULL), ORDVEC_STATUS_NULL_POINTER);
    info.struct_size = 0;
    STATUS(ordvec_index_info(bitmap, &info), ORDVEC_STATUS_STRUCT_SIZE);
    SAYS("ordvec_index_info_init");
    ordvec_index_info_init(NULL);
}

static void full_search(const char *name, const OrdvecIndex *index) {
    float scores[QUERIES * ROWS];
    int64_t indices[QUERIES * ROWS];
    OrdvecSearchRequest asked = request();
    OrdvecSearchResult found = result(scores, indices, QUERIES * ROWS);
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OK);
    CHECK(found.width == K);
    print(name, &found, QUERIES);

    asked.k = UINT64_MAX;  // clamped to the number of rows
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OK);
    CHECK(found.width == ROWS);
    asked.k = 0;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OK);
    CHECK(found.width == 0);
    asked = request();
    asked.query_count = 0;
    asked.queries = NULL;
    found = result(NULL, NULL, 0);
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OK);
    CHECK(found.width == K);
}

static void subset_search(const char *name, const OrdvecIndex *index) {
    const uint32_t candidates[] = {7, 2, 7, 19};
    float scores[QUERIES * 4];
    int64_t indices[QUERIES * 4];
    OrdvecSearchRequest asked = request();
    asked.scope = ORDVEC_SCOPE_SUBSET;
    asked.candidates = candidates;
    asked.candidate_count = 4;
    OrdvecSearchResult found = result(scores, indices, QUERIES * 4);
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OK);
    CHECK(found.width == 4);
    print(name, &found, QUERIES);

    asked.candidates = NULL;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_NULL_POINTER);
    SAYS("candidates");
    asked.candidate_count = 0;  // an empty subset is not a search of every row
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OK);
    CHECK(found.width == 0);

    const uint32_t past_the_end[] = {0, ROWS};
    asked.candidates = past_the_end;
    asked.candidate_count = 2;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OUT_OF_RANGE);
    SAYS("out of range");
}

static void search_refusals(const OrdvecIndex *index) {
    float scores[QUERIES * K];
    int64_t indices[QUERIES * K];
    float zeros[QUERIES * K];
    memset(scores, 0, sizeof scores);
    memset(zeros, 0, sizeof zeros);
    OrdvecSearchRequest asked = request();
    OrdvecSearchResult found = result(scores, indices, QUERIES * K);

    STATUS(ordvec_index_search(NULL, &asked, &found), ORDVEC_STATUS_NULL_POINTER);
    STATUS(ordvec_index_search(index, NULL, &found), ORDVEC_STATUS_NULL_POINTER);
    STATUS(ordvec_index_search(index, &asked, NULL), ORDVEC_STATUS_NULL_POINTER);

    asked.struct_size = 8;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_STRUCT_SIZE);
    SAYS("ordvec_search_request_init");
    asked = request();
    asked.dim = DIM - 1;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_INVALID_ARGUMENT);
    SAYS("dim");
    asked = request();
    asked.scope = 2;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_INVALID_ARGUMENT);
    SAYS("scope");
    asked = request();
    asked.candidate_count = 1;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_INVALID_ARGUMENT);
    asked = request();
    asked.reserved = 1;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_INVALID_ARGUMENT);
    asked = request();
    asked.queries = NULL;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_NULL_POINTER);
    SAYS("queries");
    asked = request();
    asked.query_count = UINT64_MAX;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_INVALID_ARGUMENT);
    asked.query_count = UINT64_MAX / DIM;  // the bytes would not fit an address space
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_INVALID_ARGUMENT);

    float not_finite[DIM] = {0};
    not_finite[DIM - 1] = NAN;
    asked = request();
    asked.queries = not_finite;
    asked.query_count = 1;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_INVALID_ARGUMENT);
    SAYS("finite");

    asked = request();
    found = result(NULL, indices, QUERIES * K);
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_NULL_POINTER);
    SAYS("scores");
    found = result(scores, NULL, QUERIES * K);
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_NULL_POINTER);
    SAYS("indices");
    found = result(scores, indices, QUERIES * K - 1);
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_BUFFER_TOO_SMALL);
    CHECK(found.width == K);
    found.struct_size = 0;
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_STRUCT_SIZE);

    CHECK(memcmp(scores, zeros, sizeof scores) == 0);  // no refused call wrote a result
    ordvec_search_request_init(NULL);
    ordvec_search_result_init(NULL);
}

// A caller built against a newer header, whose request has one more field.
static void longer_request(const OrdvecIndex *index) {
    struct {
        OrdvecSearchRequest known;
        uint64_t added;
    } newer;
    float scores[QUERIES * K];
    int64_t indices[QUERIES * K];
    OrdvecSearchResult found = result(scores, indices, QUERIES * K);
    memset(&newer, 0, sizeof newer);
    newer.known = request();
    newer.known.struct_size = sizeof newer;
    STATUS(ordvec_index_search(index, &newer.known, &found), ORDVEC_STATUS_OK);
    newer.added = 1;
    STATUS(ordvec_index_search(index, &newer.known, &found), ORDVEC_STATUS_UNSUPPORTED);
}

typedef struct {
    const OrdvecIndex *index;
    int number;
    const int64_t *expected;
} Job;

// Every thread searches the same handle, asks for its info, and makes a failure of its own.
static void *work(void *argument) {
    const Job *job = argument;
    float scores[QUERIES * K];
    int64_t indices[QUERIES * K];
    for (int round = 0; round < ROUNDS; round++) {
        OrdvecSearchRequest asked = request();
        OrdvecSearchResult found = result(scores, indices, QUERIES * K);
        STATUS(ordvec_index_search(job->index, &asked, &found), ORDVEC_STATUS_OK);
        CHECK(memcmp(indices, job->expected, sizeof indices) == 0);
        OrdvecIndexInfo info;
        ordvec_index_info_init(&info);
        STATUS(ordvec_index_info(job->index, &info), ORDVEC_STATUS_OK);
        CHECK(info.vector_count == ROWS);

        char missing[32];
        snprintf(missing, sizeof missing, "missing-%d-%d", job->number, round);
        STATUS(ordvec_index_probe(missing, NULL), ORDVEC_STATUS_NULL_POINTER);
        OrdvecProbe probe;
        ordvec_probe_init(&probe);
        STATUS(ordvec_index_probe(missing, &probe), ORDVEC_STATUS_IO);
        SAYS(missing);
    }
    return NULL;
}

static void concurrent_calls(const OrdvecIndex *index) {
    float scores[QUERIES * K];
    int64_t indices[QUERIES * K];
    OrdvecSearchRequest asked = request();
    OrdvecSearchResult found = result(scores, indices, QUERIES * K);
    STATUS(ordvec_index_search(index, &asked, &found), ORDVEC_STATUS_OK);

    pthread_t threads[THREADS];
    Job jobs[THREADS];
    STATUS(ordvec_index_probe(NULL, NULL), ORDVEC_STATUS_NULL_POINTER);
    char before[64];
    snprintf(before, sizeof before, "%s", ordvec_last_error());
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (Job){index, i, indices};
        CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    // The failures of the others are not this thread's.
    CHECK(strcmp(before, ordvec_last_error()) == 0);
}

int main(int argc, char **argv) {
    CHECK(argc == 6);
    const char *rankquant_file = argv[1], *bitmap_file = argv[2], *rank_file = argv[3];
    const char *damaged_file = argv[4];
    read_queries(argv[5]);

    versions();
    probe_call(rankquant_file, bitmap_file, rank_file, damaged_file);
    load_refusals(rankquant_file, rank_file, damaged_file);
    OrdvecIndex *rankquant = load(rankquant_file);
    OrdvecIndex *bitmap = load(bitmap_file);
    info_call(rankquant, bitmap);
    full_search("rankquant-all", rankquant);
    full_search("bitmap-all", bitmap);
    subset_search("rankquant-subset", rankquant);
    subset_search("bitmap-subset", bitmap);
    search_refusals(rankquant);
    search_refusals(bitmap);
    longer_request(rankquant);
    concurrent_calls(rankquant);
    concurrent_calls(bitmap);
    ordvec_index_free(rankquant);
    ordvec_index_free(bitmap);
    return 0;
}

// Opens the library twice and uses it from THREADS threads at once; tests/dlopen.rs compiles and
// runs it.
//
//   dlopen LIBRARY COPY RANKQUANT_FILE QUERY_FILE
//
// LIBRARY is opened by two dlopen calls: one instance, two references. COPY is the same library
// as another file: an instance of its own beside the first. Half of the threads use each. The
// exit code is 0 if no defect was found, else 1, with its line. On success the results of one
// search are printed as abi.c prints them.

#include "ordvec.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 64, QUERIES = 3, ROWS = 20, K = 5, FOUND = QUERIES * K, THREADS = 8, ROUNDS = 100 };

typedef struct Api {
    void *library;
    __typeof__(ordvec_abi_version) *abi_version;
    __typeof__(ordvec_last_error) *last_error;
    __typeof__(ordvec_index_load) *load;
    __typeof__(ordvec_index_info_init) *info_init;
    __typeof__(ordvec_index_info) *info;
    __typeof__(ordvec_search_request_init) *request_init;
    __typeof__(ordvec_search_result_init) *result_init;
    __typeof__(ordvec_index_search) *search;
    __typeof__(ordvec_index_free) *free;
} Api;

typedef struct Found {
    float scores[FOUND];
    int64_t indices[FOUND];
} Found;

typedef struct Job {
    const Api *mine, *other;
    const char *library;
    OrdvecIndex *shared;
    const Found *expected;
    int number;
} Job;

static const char *index_file;
static float queries[QUERIES * DIM];

static void fail(int line, const char *what) {
    const char *why = dlerror();
    fprintf(stderr, "dlopen.c:%d: %s; %s\n", line, what, why ? why : "");
    exit(1);
}

#define CHECK(condition) ((condition) ? (void)0 : fail(__LINE__, #condition))

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    CHECK(found != NULL);
    return found;
}

static Api open_library(const char *path) {
    Api api;
    api.library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    CHECK(api.library != NULL);
    // POSIX: a pointer from dlsym may be used as a pointer to the function.
    *(void **)&api.abi_version = symbol(api.library, "ordvec_abi_version");
    *(void **)&api.last_error = symbol(api.library, "ordvec_last_error");
    *(void **)&api.load = symbol(api.library, "ordvec_index_load");
    *(void **)&api.info_init = symbol(api.library, "ordvec_index_info_init");
    *(void **)&api.info = symbol(api.library, "ordvec_index_info");
    *(void **)&api.request_init = symbol(api.library, "ordvec_search_request_init");
    *(void **)&api.result_init = symbol(api.library, "ordvec_search_result_init");
    *(void **)&api.search = symbol(api.library, "ordvec_index_search");
    *(void **)&api.free = symbol(api.library, "ordvec_index_free");
    CHECK(api.abi_version() == ORDVEC_ABI_VERSION);
    return api;
}

static OrdvecIndex *load(const Api *api) {
    OrdvecIndex *index = NULL;
    CHECK(api->load(index_file, &index) == ORDVEC_STATUS_OK && index != NULL);
    return index;
}

static Found search(const Api *api, const OrdvecIndex *index) {
    Found found;
    float *scores = found.scores;
#ifdef TOO_SMALL  // What the address sanitizer must find.
    scores = malloc(sizeof found.scores - sizeof(float));
#endif
    OrdvecSearchRequest request;
    OrdvecSearchResult result;
    api->request_init(&request);
    api->result_init(&result);
    request.queries = queries;
    request.query_count = QUERIES;
    request.dim = DIM;
    request.k = K;
    result.scores = scores;
    result.indices = found.indices;
    result.capacity = FOUND;
    CHECK(api->search(index, &request, &result) == ORDVEC_STATUS_OK && result.width == K);
    return found;
}

// The same scores, bit for bit, and the same rows.
static int same(const Found *a, const Found *b) {
    return memcmp(a->scores, b->scores, sizeof a->scores) == 0 &&
           memcmp(a->indices, b->indices, sizeof a->indices) == 0;
}

// Opens the library once more, loads, searches an index of its own and a shared one, fails, and
// finds its failure in the instance where it was made and in no other.
static void *work(void *argument) {
    const Job *job = argument;
    for (int round = 0; round < ROUNDS; round++) {
        void *again = dlopen(job->library, RTLD_NOW | RTLD_LOCAL);
        CHECK(again == job->mine->library);
        OrdvecIndex *own = load(job->mine);
        Found of_own = search(job->mine, own);
        Found of_shared = search(job->mine, job->shared);
        CHECK(same(&of_own, job->expected));
        CHECK(same(&of_shared, job->expected));
        OrdvecIndexInfo info;
        job->mine->info_init(&info);
        CHECK(job->mine->info(own, &info) == ORDVEC_STATUS_OK && info.vector_count == ROWS);
        job->mine->free(own);

        char missing[32];
        OrdvecIndex *none = NULL;
        snprintf(missing, sizeof missing, "missing-%d-%d", job->number, round);
        CHECK(job->mine->load(missing, &none) == ORDVEC_STATUS_IO && none == NULL);
        CHECK(strstr(job->mine->last_error(), missing) != NULL);
        CHECK(job->other->last_error()[0] == '\0');
        CHECK(dlclose(again) == 0);
    }
    return NULL;
}

static void all_threads(const char *const paths[2], const Api apis[2], const Found *expected) {
    pthread_t threads[THREADS];
    Job jobs[THREADS];
    OrdvecIndex *shared[2] = {load(&apis[0]), load(&apis[1])};
    for (int i = 0; i < THREADS; i++) {
        int of = i % 2;
        jobs[i] = (Job){&apis[of], &apis[1 - of], paths[of], shared[of], expected, i};
        CHECK(pthread_create(&threads[i], NULL, work, &jobs[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    apis[0].free(shared[0]);
    apis[1].free(shared[1]);
}

static void print(const Found *found) {
    for (int at = 0; at < FOUND; at++) {
        uint32_t bits;
        memcpy(&bits, &found->scores[at], sizeof bits);
        printf("rankquant-all %d %d %lld %08x\n", at / K, at % K, (long long)found->indices[at],
               (unsigned)bits);
    }
}

int main(int argc, char **argv) {
    CHECK(argc == 5);
    const char *const paths[2] = {argv[1], argv[2]};
    index_file = argv[3];
    FILE *file = fopen(argv[4], "rb");
    CHECK(file != NULL);
    CHECK(fread(queries, sizeof(float), QUERIES * DIM, file) == QUERIES * DIM);
    fclose(file);

    const Api apis[2] = {open_library(paths[0]), open_library(paths[1])};
    const Api again = open_library(paths[0]);
    CHECK(again.library == apis[0].library && apis[1].library != apis[0].library);
    CHECK(again.search == apis[0].search && apis[1].search != apis[0].search);

    OrdvecIndex *index = load(&apis[0]);
    const Found expected = search(&apis[0], index);
    all_threads(paths, apis, &expected);

    // One reference less, and the other one still serves.
    CHECK(dlclose(again.library) == 0);
    const Found after = search(&apis[0], index);
    CHECK(same(&after, &expected));
    apis[0].free(index);
    print(&expected);
    CHECK(dlclose(apis[1].library) == 0);
    CHECK(dlclose(apis[0].library) == 0);
    return 0;
}

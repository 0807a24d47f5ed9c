// Searches, forks, and searches in the child too; tests/fork.rs compiles and runs it.
//
//   fork RANKQUANT_FILE QUERY_FILE
//
// The threads of the parent do not exist in the child: one that waits for them is ended by its
// alarm. The exit code is 0 if child and parent found the same, else 1, with the line.

#define _POSIX_C_SOURCE 200809L

#include "ordvec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DIM = 64, QUERIES = 3, K = 5, FOUND = QUERIES * K, PATIENCE_SECONDS = 20 };

typedef struct Found {
    float scores[FOUND];
    int64_t indices[FOUND];
} Found;

static float queries[QUERIES * DIM];

static void fail(int line, const char *what) {
    fprintf(stderr, "fork.c:%d: %s; %s\n", line, what, ordvec_last_error());
    exit(1);
}

#define CHECK(condition) ((condition) ? (void)0 : fail(__LINE__, #condition))

static Found search(const OrdvecIndex *index) {
    Found found;
    OrdvecSearchRequest request;
    ordvec_search_request_init(&request);
    request.queries = queries;
    request.query_count = QUERIES;
    request.dim = DIM;
    request.k = K;
    OrdvecSearchResult result;
    ordvec_search_result_init(&result);
    result.scores = found.scores;
    result.indices = found.indices;
    result.capacity = FOUND;
    CHECK(ordvec_index_search(index, &request, &result) == ORDVEC_STATUS_OK);
    return found;
}

// Member by member: the bytes between them may be anything.
static int same(const Found *one, const Found *other) {
    return memcmp(one->scores, other->scores, sizeof one->scores) == 0 &&
           memcmp(one->indices, other->indices, sizeof one->indices) == 0;
}

static void in_a_child(const OrdvecIndex *index, const Found *expected, int generations) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        Found found = search(index);
        CHECK(same(&found, expected));
        if (generations > 1) {
            in_a_child(index, expected, generations - 1);
        }
        _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(!WIFSIGNALED(status)); // by its alarm: it hung
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int count, char **arguments) {
    CHECK(count == 3);
    FILE *file = fopen(arguments[2], "rb");
    CHECK(file != NULL);
    CHECK(fread(queries, sizeof queries, 1, file) == 1);
    fclose(file);

    OrdvecIndex *index = NULL;
    CHECK(ordvec_index_load(arguments[1], &index) == ORDVEC_STATUS_OK);
    Found expected = search(index);
    in_a_child(index, &expected, 2);
    Found again = search(index);
    CHECK(same(&again, &expected));
    ordvec_index_free(index);
    return 0;
}

/* A PKCS#11 driver in front of another: each signature takes a set time, and its begin and end go to a log.
   SLOW_TOKEN_DRIVER, SLOW_TOKEN_MS and SLOW_TOKEN_LOG say which driver, how long, and where. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long ulong_t;
typedef struct { unsigned char major, minor; } version_t;
/* The functions of PKCS#11 2.40 in their order; C_Sign is the 44th of 68. */
#define FUNCTIONS 68
#define SIGN 43
typedef struct { version_t version; void *function[FUNCTIONS]; } list_t;
typedef ulong_t (*sign_t)(ulong_t, unsigned char *, ulong_t, unsigned char *, ulong_t *);

static list_t own;
static sign_t behind;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static ulong_t slow_sign(ulong_t session, unsigned char *data, ulong_t size, unsigned char *out, ulong_t *length) {
    if (out == NULL) return behind(session, data, size, out, length); /* only the length is asked for */
    double begun = now(), whole = atof(getenv("SLOW_TOKEN_MS")) / 1000;
    ulong_t result = behind(session, data, size, out, length);
    double left = whole - (now() - begun);
    if (left > 0) usleep((useconds_t)(left * 1e6));
    char line[96];
    int written = snprintf(line, sizeof line, "%.6f %.6f\n", begun, now());
    int log = open(getenv("SLOW_TOKEN_LOG"), O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (log >= 0) {
        if (write(log, line, (size_t)written) != written) result = 5; /* CKR_GENERAL_ERROR: a lost line would lie */
        close(log);
    }
    return result;
}

ulong_t C_GetFunctionList(list_t **given) {
    list_t *real;
    void *driver = dlopen(getenv("SLOW_TOKEN_DRIVER"), RTLD_NOW | RTLD_LOCAL);
    ulong_t (*list)(list_t **) = driver ? (ulong_t (*)(list_t **))(intptr_t)dlsym(driver, "C_GetFunctionList") : NULL;
    if (list == NULL || list(&real) != 0) return 5;
    memcpy(&own, real, sizeof own);
    behind = (sign_t)(intptr_t)own.function[SIGN];
    own.function[SIGN] = (void *)(intptr_t)slow_sign;
    *given = &own;
    return 0;
}

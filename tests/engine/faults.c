/* Preloaded into a process: kills it with SIGKILL at its n-th change of a file.

   A change is a write or sync of a regular file, a rename, or a removal. `fault_arm(n, parts, of)`:
   before the n-th change, `parts` of `of` of it are done: of a write that many bytes, of anything
   else nothing unless parts equals of. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 100000 };
static char kinds[MOST];
static long count, armed = -1;
static int parts, of;

void fault_arm(long n, int done, int whole) { count = 0; armed = n; parts = done; of = whole; }
long fault_count(void) { return count; }
char fault_kind(long n) { return kinds[n]; }

static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

static int now(char kind) {
    if (armed < 0) return 0;
    if (count < MOST) kinds[count] = kind;
    return ++count == armed;
}

static int regular(int fd) {
    struct stat found;
    return armed >= 0 && fstat(fd, &found) == 0 && (S_ISREG(found.st_mode) || S_ISDIR(found.st_mode));
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t size) {
    REAL(write);
    if (regular(fd) && now('w')) {
        real(fd, bytes, size * parts / of);
        die();
    }
    return real(fd, bytes, size);
}

#define CHANGE(kind, type, name, arguments, values) \
    type name arguments {                           \
        REAL(name);                                 \
        if (now(kind)) {                            \
            if (parts == of) real values;           \
            die();                                  \
        }                                           \
        return real values;                         \
    }

int fsync(int fd) {
    REAL(fsync);
    if (regular(fd) && now('s')) {
        if (parts == of) real(fd);
        die();
    }
    return real(fd);
}
CHANGE('r', int, rename, (const char *a, const char *b), (a, b))
CHANGE('r', int, renameat, (int d, const char *a, int e, const char *b), (d, a, e, b))
CHANGE('u', int, unlink, (const char *a), (a))
CHANGE('u', int, unlinkat, (int d, const char *a, int f), (d, a, f))
CHANGE('u', int, rmdir, (const char *a), (a))

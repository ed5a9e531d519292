// What Linux and its C library have beyond POSIX. The library's headers declare it only for those
// who ask before they are first read, which Swift does not.

#include <spawn.h>
#include <stddef.h>
#include <sys/types.h>

int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int sched_getaffinity(pid_t process, size_t size, void *set);
long syscall(long number, ...);

/// A descriptor that becomes readable when a child ends, closed in programs that are started; -1
/// where the system has none. The C library has a function for it only since 2.36.
static inline int process_descriptor(pid_t process) { return (int)syscall(434, (long)process, 0L); }

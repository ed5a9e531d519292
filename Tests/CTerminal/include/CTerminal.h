// What Swift's Glibc module leaves out: it shows only what POSIX had before 2024.
#ifndef CTERMINAL_H
#define CTERMINAL_H

#include <stddef.h>
#include <sys/types.h>

/// Opens a new pseudo-terminal of a size.
///
/// Gives the descriptor of the end at which the person sits, which never blocks and is not handed on
/// to other programs, and writes the path of the program's end to `name`; -1 and `errno` on failure.
int terminal_open(int columns, int rows, char *name, size_t capacity);

/// Gives a terminal another size, of which its programs are told.
int terminal_resize(int descriptor, int columns, int rows);

/// Starts a program with the terminal as its three standard streams.
///
/// It leads a session of its own, of which that is the controlling terminal; signals are as if nobody
/// had touched them. Gives 0, or the number of an error.
int terminal_spawn(
    pid_t *identifier, const char *program, char *const *arguments, char *const *environment,
    const char *folder, const char *terminal);

#endif

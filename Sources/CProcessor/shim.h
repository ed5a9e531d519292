// Instructions of the processor that Swift has no words for.

/// Fetches a line of memory into the cache that is soon read and written. Does nothing where there is none.
static inline void prefetch(const void *memory) { __builtin_prefetch(memory, 1); }

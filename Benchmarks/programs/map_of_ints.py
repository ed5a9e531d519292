# A dict with integer keys: counting, looking up hits and misses, removing, iterating.


def count_keys(rounds, keys):
    counts = {}
    x = 42
    for _ in range(rounds):
        x = x * 16807 % 2147483647
        key = x % keys * 7919
        counts[key] = counts.get(key, 0) + 1
    return counts


def count_hits(counts, limit):
    hits = 0
    for key in range(limit):
        if key * 7919 // 3 in counts:
            hits += 1
    return hits


def remove_rare(counts, keys, least):
    removed = 0
    for i in range(keys):
        key = i * 7919
        if counts.get(key, least) < least:
            counts.pop(key)
            removed += 1
    return removed


def summarize(counts):
    total = 0
    mixed = 0
    for key, count in counts.items():
        total += count
        mixed += key % 1009 * count
    return total, mixed


# Collatz chains, with the length of the chain from every number met so far kept in a dict.
def longest_chain(limit):
    known = {}
    known[1] = 1
    best = 0
    for start in range(1, limit):
        path = []
        n = start
        while n not in known:
            path.append(n)
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
        length = known[n]
        for step in reversed(path):
            length += 1
            known[step] = length
        if length > best:
            best = length
    return best


def main():
    keys = 100000
    counts = count_keys(6000000, keys)
    print(len(counts), count_hits(counts, 600000))
    print(remove_rare(counts, keys, 57), len(counts))
    for _ in range(10):
        total, mixed = summarize(counts)
        print(total, mixed)
    print(longest_chain(600000))


main()

# Pancake flips over all permutations: swaps and rotations in a short list.


def count_flips(permutation, n):
    cards = permutation[:]
    flips = 0
    top = cards[0]
    while top != 0:
        low = 0
        high = top
        while low < high:
            cards[low], cards[high] = cards[high], cards[low]
            low += 1
            high -= 1
        flips += 1
        top = cards[0]
    return flips


def fannkuch(n):
    permutation = list(range(n))
    remaining = [0] * n
    most = 0
    checksum = 0
    even = True
    depth = n
    while True:
        while depth > 1:
            remaining[depth - 1] = depth
            depth -= 1
        flips = count_flips(permutation, n)
        if flips > most:
            most = flips
        checksum += flips if even else -flips
        even = not even

        # The next permutation: rotate `depth + 1` cards, and go one level up when a level is done.
        while True:
            if depth == n:
                return checksum, most
            first = permutation[0]
            for i in range(depth):
                permutation[i] = permutation[i + 1]
            permutation[depth] = first
            remaining[depth] -= 1
            if remaining[depth] > 0:
                break
            depth += 1


for _ in range(2):
    checksum, most = fannkuch(9)
    print(checksum, most)

# Counted loops, `while` loops, integer and float arithmetic on local variables.


def pairs_of_equal_parity(n):
    total = 0
    for i in range(n):
        for j in range(n):
            if (i & 1) == (j & 1):
                total += (i * j) % 7
            else:
                total -= 1
    return total


def longest_collatz_chain(limit):
    best_start = 0
    best_length = 0
    for start in range(1, limit):
        n = start
        length = 1
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            length += 1
        if length > best_length:
            best_length = length
            best_start = start
    return best_start * 1000 + best_length


def pi_by_leibniz(terms):
    sum = 0.0
    sign = 1.0
    for k in range(terms):
        sum += sign / (2 * k + 1)
        sign = -sign
    return 4.0 * sum


print(pairs_of_equal_parity(3500))
print(longest_collatz_chain(300000))
print(f"{pi_by_leibniz(10000000):.9f}")

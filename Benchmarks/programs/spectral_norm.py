# The largest singular value of an infinite matrix, by the power method:
# calls of a small function in nested float loops.

from math import sqrt


def element(i, j):
    diagonal = i + j
    return 1.0 / (diagonal * (diagonal + 1) // 2 + i + 1)


def multiply(n, vector, result):
    for i in range(n):
        sum = 0.0
        for j in range(n):
            sum += element(i, j) * vector[j]
        result[i] = sum


def multiply_transposed(n, vector, result):
    for i in range(n):
        sum = 0.0
        for j in range(n):
            sum += element(j, i) * vector[j]
        result[i] = sum


def main():
    n = 600
    u = [1.0] * n
    v = [0.0] * n
    scratch = [0.0] * n
    for _ in range(10):
        multiply(n, u, scratch)
        multiply_transposed(n, scratch, v)
        multiply(n, v, scratch)
        multiply_transposed(n, scratch, u)
    product = 0.0
    square = 0.0
    for i in range(n):
        product += u[i] * v[i]
        square += v[i] * v[i]
    print(f"{sqrt(product / square):.9f}")


main()

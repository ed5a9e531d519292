# The product of two square matrices held as lists of rows.


def matrix(size, seed):
    x = seed
    rows = []
    for i in range(size):
        row = []
        for j in range(size):
            x = x * 16807 % 2147483647
            row.append(x % 1000 / 1000)
        rows.append(row)
    return rows


def transposed(a):
    size = len(a)
    rows = []
    for i in range(size):
        row = []
        for j in range(size):
            row.append(a[j][i])
        rows.append(row)
    return rows


def multiply(a, b):
    size = len(a)
    columns = transposed(b)
    rows = []
    for i in range(size):
        left = a[i]
        row = []
        for j in range(size):
            right = columns[j]
            sum = 0.0
            for k in range(size):
                sum += left[k] * right[k]
            row.append(sum)
        rows.append(row)
    return rows


def main():
    size = 400
    product = multiply(matrix(size, 42), matrix(size, 7))
    trace = 0.0
    for i in range(size):
        trace += product[i][i]
    print(f"{trace:.6f} {product[0][size - 1]:.6f} {product[size - 1][0]:.6f}")


main()

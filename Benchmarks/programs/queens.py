# All ways to place queens on a board: recursion and lists of flags.


def place(row, size, columns, rising, falling):
    if row == size:
        return 1
    solutions = 0
    for column in range(size):
        up = row + column
        down = row - column + size
        if not (columns[column] or rising[up] or falling[down]):
            columns[column] = True
            rising[up] = True
            falling[down] = True
            solutions += place(row + 1, size, columns, rising, falling)
            columns[column] = False
            rising[up] = False
            falling[down] = False
    return solutions


def queens(size):
    return place(0, size, [False] * size, [False] * (2 * size), [False] * (2 * size))


for _ in range(2):
    for size in range(4, 13):
        print(size, queens(size))

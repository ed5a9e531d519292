# The Mandelbrot set on a grid: a tight float loop with an early exit.


def escape_time(cr, ci, limit):
    zr = 0.0
    zi = 0.0
    for i in range(limit):
        square_r = zr * zr
        square_i = zi * zi
        if square_r + square_i > 4.0:
            return i
        zi = 2.0 * zr * zi + ci
        zr = square_r - square_i + cr
    return limit


def main():
    size = 640
    limit = 200
    inside = 0
    checksum = 0
    for y in range(size):
        ci = 2.0 * y / size - 1.0
        for x in range(size):
            time = escape_time(2.0 * x / size - 1.5, ci, limit)
            if time == limit:
                inside += 1
            checksum = (checksum * 31 + time) % 1000000007
    print(inside, checksum)


main()

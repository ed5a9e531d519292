# Generators: a plain sequence, a pipeline of several, the walk of a tree, many short ones.


def numbers(limit):
    for i in range(limit):
        yield i


def squares(source):
    for n in source:
        yield n * n


def without_multiples(source, divisor):
    for n in source:
        if n % divisor != 0:
            yield n


def fibonacci(count):
    a = 0
    b = 1
    for _ in range(count):
        yield a
        a, b = b, (a + b) % 1000000007


class Node:
    def __init__(self, key):
        self.key = key
        self.left = None
        self.right = None


def insert(root, key):
    node = root
    while True:
        if key < node.key:
            if node.left is None:
                node.left = Node(key)
                return
            node = node.left
        else:
            if node.right is None:
                node.right = Node(key)
                return
            node = node.right


# The keys of a tree in order.
def keys(root):
    pending = []
    node = root
    while node is not None or len(pending) > 0:
        while node is not None:
            pending.append(node)
            node = node.left
        node = pending.pop()
        yield node.key
        node = node.right


def total_of(source):
    total = 0
    for n in source:
        total = (total + n) % 1000000007
    return total


def main():
    print(total_of(numbers(2000000)))
    print(total_of(without_multiples(squares(without_multiples(numbers(500000), 3)), 7)))
    print(total_of(fibonacci(1000000)))

    root = Node(1073741823)
    x = 99
    for _ in range(20000):
        x = x * 16807 % 2147483647
        insert(root, x)
    for _ in range(10):
        print(total_of(keys(root)))

    total = 0
    for i in range(100000):
        total += total_of(numbers(i % 5))
    print(total)


main()

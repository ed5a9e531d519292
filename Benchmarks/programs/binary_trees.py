# Binary trees that are built, walked and dropped, beside one that stays:
# allocation and collection of small objects.


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


def build(depth):
    if depth == 0:
        return Node(None, None)
    return Node(build(depth - 1), build(depth - 1))


def count(node):
    if node.left is None:
        return 1
    return 1 + count(node.left) + count(node.right)


def main():
    shallowest = 4
    deepest = 16
    kept = build(deepest)
    for depth in range(shallowest, deepest + 1, 2):
        trees = 1 << (deepest - depth + shallowest - 2)
        nodes = 0
        for _ in range(trees):
            nodes += count(build(depth))
        print(f"{trees} trees of depth {depth}: {nodes} nodes")
    print(f"kept: {count(kept)} nodes")


main()

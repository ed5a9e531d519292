# Functions made at run time: captured variables that change, composition, functions as arguments.


def make_counter(step):
    count = 0

    def counter():
        nonlocal count
        count += step
        return count

    return counter


# Two functions that share one captured variable.
def make_account(balance):
    def deposit(amount):
        nonlocal balance
        balance += amount

    def current():
        return balance

    return deposit, current


def compose(f, g):
    return lambda x: f(g(x))


def adder(n):
    return lambda x: x + n


def transform(values, change):
    result = []
    for value in values:
        result.append(change(value))
    return result


def select(values, accept):
    result = []
    for value in values:
        if accept(value):
            result.append(value)
    return result


def fold(values, start, combine):
    result = start
    for value in values:
        result = combine(result, value)
    return result


def count_up(rounds):
    ones = make_counter(1)
    threes = make_counter(3)
    total = 0
    for _ in range(rounds):
        total += ones() ^ threes()
    return total


def run_account(rounds):
    deposit, current = make_account(100)
    for i in range(rounds):
        deposit(i % 10 - 4)
    return current()


def pipeline(rounds):
    values = []
    for i in range(1000):
        values.append(i)
    total = 0
    for round in range(rounds):
        change = compose(adder(round), lambda x: x * 2)
        even = select(transform(values, change), lambda x: x % 3 != round % 3)
        total += fold(even, 0, lambda sum, x: (sum + x) % 1000003)
    return total


# Each round of the loop has a variable of its own (in Python, by way of a default).
def captured_in_loop(rounds):
    total = 0
    for round in range(rounds):
        functions = []
        for i in range(10):
            functions.append(lambda x, i=i: x * i + round)
        for f in functions:
            total += f(3)
    return total


print(count_up(5000000))
print(run_account(5000000))
print(pipeline(1200))
print(captured_in_loop(160000))

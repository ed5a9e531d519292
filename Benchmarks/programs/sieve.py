# The sieve of Eratosthenes: indexed reads and writes of one large list.


def sieve(limit):
    prime = [True] * (limit + 1)
    prime[0] = False
    prime[1] = False
    i = 2
    while i * i <= limit:
        if prime[i]:
            for multiple in range(i * i, limit + 1, i):
                prime[multiple] = False
        i += 1
    return prime


def main():
    limit = 2000000
    for round in range(8):
        prime = sieve(limit - round)
        count = 0
        last = 0
        for n in range(len(prime)):
            if prime[n]:
                count += 1
                last = n
        print(count, last)


main()

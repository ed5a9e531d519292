# A dict with string keys, most of them put together just before they are looked up.

SYLLABLES = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"]


def word(number):
    digits = number % 1000
    return SYLLABLES[digits // 100] + SYLLABLES[digits // 10 % 10] + SYLLABLES[digits % 10]


def count_words(rounds):
    counts = {}
    x = 7
    for _ in range(rounds):
        x = x * 16807 % 2147483647
        key = word(x)
        counts[key] = counts.get(key, 0) + 1
    return counts


def index_people(count):
    people = {}
    for i in range(count):
        people["person" + str(i)] = {"name": word(i), "age": i % 90, "city": word(i * 7 + 3)}
    return people


def sum_of_ages(people, count):
    total = 0
    for i in range(count):
        key = "person" + str(i * 3)
        if key in people:
            person = people[key]
            total += person["age"] + len(person["name"]) + len(person["city"])
    return total


def main():
    counts = count_words(2000000)
    most = 0
    total = 0
    for key, count in counts.items():
        total += count * len(key)
        if count > most:
            most = count
    print(len(counts), most, total)

    people = index_people(100000)
    for round in range(4):
        print(sum_of_ages(people, 100000 - round))
    for i in range(50000):
        people.pop("person" + str(i * 2))
    print(len(people), sum_of_ages(people, 100000))


main()

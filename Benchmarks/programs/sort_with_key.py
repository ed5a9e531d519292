# Records sorted by an integer key, by a string key and by a computed key.


class Record:
    def __init__(self, id, name, score):
        self.id = id
        self.name = name
        self.score = score


def letters(number):
    text = ""
    rest = number
    for _ in range(4):
        text = text + chr(97 + rest % 26)
        rest = rest // 26
    return text


def make_records(count):
    records = []
    x = 12345
    for id in range(count):
        x = x * 16807 % 2147483647
        records.append(Record(id, letters(x) + str(id), x % 100000 * count + id))
    return records


def distance(record):
    offset = record.score % 1000003 - 500001
    return (-offset if offset < 0 else offset) * 100000 + record.id


# Depends on the order of the records.
def checksum(records):
    sum = 0
    for record in records:
        sum = (sum * 31 + record.id) % 1000000007
    return sum


def main():
    records = make_records(40000)
    for _ in range(2):
        records.sort(key=lambda record: record.score)
        print(checksum(records), records[0].id)
        records.sort(key=lambda record: record.name)
        print(checksum(records), records[0].name)
        records.sort(key=distance)
        print(checksum(records), records[0].id)
        records.sort(key=lambda record: record.id)
        print(checksum(records), records[0].id)


main()

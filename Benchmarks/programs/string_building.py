# Text put together from pieces, taken apart again with searches and slices, and changed.


def name_of(number):
    name = ""
    rest = number
    for _ in range(6):
        name = name + chr(97 + rest % 26)
        rest = rest // 3 + 7
    return name


def table(rows):
    lines = []
    for i in range(rows):
        lines.append("row " + str(i) + ": " + name_of(i) + " = " + str(i * i % 997))
    return "\n".join(lines)


def values_by_slicing(text):
    total = 0
    start = 0
    while True:
        stop = text.find("\n", start)
        line = text[start:] if stop < 0 else text[start:stop]
        colon = line.find(":")
        equals = line.find("=", colon)
        name = line[colon + 2:equals - 1]
        total += int(line[equals + 2:]) * len(name)
        if stop < 0:
            return total
        start = stop + 1


def count_windows(text, wanted):
    width = len(wanted)
    count = 0
    for i in range(len(text) - width + 1):
        if text[i:i + width] == wanted:
            count += 1
    return count


def shift_letters(text, distance):
    pieces = []
    for letter in text:
        if letter >= "a" and letter <= "z":
            pieces.append(chr((ord(letter) - 97 + distance) % 26 + 97))
        else:
            pieces.append(letter)
    return "".join(pieces)


def checksum(text):
    sum = 0
    for letter in text:
        sum = (sum * 31 + ord(letter)) % 1000000007
    return sum


def main():
    for round in range(8):
        text = table(8000 + round)
        shifted = shift_letters(text, 13)
        upper = text.upper().replace("ROW", "line")
        print(len(text), values_by_slicing(text), count_windows(text, "ow 1"))
        same = "true" if shift_letters(shifted, 13) == text else "false"
        print(checksum(shifted), checksum(upper), same)


main()

# A JSON parser and printer written by hand: characters, slices, recursion, nested lists and dicts.

DIGITS = "0123456789"
SPACES = " \n\t\r"
ESCAPES = {"n": "\n", "t": "\t", "\"": "\"", "\\": "\\", "/": "/"}


class Parser:
    def __init__(self, text):
        self.text = text
        self.position = 0

    def fail(self, what):
        raise ValueError(f"expected {what} at position {self.position}")

    # The next character that is not white space, left unread.
    def peek(self):
        text = self.text
        position = self.position
        while position < len(text) and text[position] in SPACES:
            position += 1
        self.position = position
        return text[position] if position < len(text) else ""

    def parse(self):
        value = self.value()
        if self.peek() != "":
            self.fail("the end")
        return value

    def value(self):
        c = self.peek()
        if c == "\"":
            return self.string()
        if c == "{":
            return self.object()
        if c == "[":
            return self.array()
        if c == "-" or (c >= "0" and c <= "9"):
            return self.number()
        if c == "t":
            return self.word("true", True)
        if c == "f":
            return self.word("false", False)
        if c == "n":
            return self.word("null", None)
        self.fail("a value")

    def word(self, text, value):
        stop = self.position + len(text)
        if self.text[self.position:stop] != text:
            self.fail(text)
        self.position = stop
        return value

    def digits(self, position):
        text = self.text
        stop = position
        while stop < len(text) and text[stop] in DIGITS:
            stop += 1
        return stop

    def number(self):
        text = self.text
        start = self.position
        stop = self.digits(start + 1 if text[start] == "-" else start)
        if stop < len(text) and text[stop] == ".":
            stop = self.digits(stop + 1)
            self.position = stop
            return float(text[start:stop])
        self.position = stop
        return int(text[start:stop])

    def string(self):
        start = self.position + 1
        stop = self.text.find("\"", start)
        if stop < 0:
            self.fail("a closing quote")
        piece = self.text[start:stop]
        if "\\" in piece:
            return self.escaped_string(start)
        self.position = stop + 1
        return piece

    def escaped_string(self, start):
        text = self.text
        pieces = []
        position = start
        while True:
            c = text[position]
            if c == "\"":
                break
            if c == "\\":
                position += 1
                pieces.append(ESCAPES[text[position]])
            else:
                pieces.append(c)
            position += 1
        self.position = position + 1
        return "".join(pieces)

    def array(self):
        items = []
        self.position += 1
        if self.peek() == "]":
            self.position += 1
            return items
        while True:
            items.append(self.value())
            c = self.peek()
            self.position += 1
            if c == "]":
                return items
            if c != ",":
                self.fail("',' or ']'")

    def object(self):
        members = {}
        self.position += 1
        if self.peek() == "}":
            self.position += 1
            return members
        while True:
            if self.peek() != "\"":
                self.fail("a name")
            name = self.string()
            if self.peek() != ":":
                self.fail("':'")
            self.position += 1
            members[name] = self.value()
            c = self.peek()
            self.position += 1
            if c == "}":
                return members
            if c != ",":
                self.fail("',' or '}'")


def quoted(text):
    if "\\" in text or "\"" in text or "\n" in text or "\t" in text:
        escaped = text.replace("\\", "\\\\").replace("\"", "\\\"")
        return "\"" + escaped.replace("\n", "\\n").replace("\t", "\\t") + "\""
    return "\"" + text + "\""


def write(value, out):
    kind = type(value)
    if kind is str:
        out.append(quoted(value))
    elif kind is int or kind is float:
        out.append(str(value))
    elif value is None:
        out.append("null")
    elif value is True:
        out.append("true")
    elif value is False:
        out.append("false")
    elif kind is list:
        out.append("[")
        separator = ""
        for item in value:
            out.append(separator)
            write(item, out)
            separator = ", "
        out.append("]")
    else:
        out.append("{")
        separator = ""
        for name in sorted(value):
            out.append(separator)
            out.append(quoted(name))
            out.append(": ")
            write(value[name], out)
            separator = ", "
        out.append("}")


def text_of(value):
    out = []
    write(value, out)
    return "".join(out)


def document(count):
    people = []
    x = 2024
    for i in range(count):
        x = x * 16807 % 2147483647
        person = {}
        person["id"] = i
        person["name"] = "person number " + str(x % 100000)
        person["note"] = "said \"hello\"\n\tand left\\" if i % 5 == 0 else "nothing to add"
        person["balance"] = (x % 2000001 - 1000000) / 64
        person["active"] = i % 3 == 0
        person["manager"] = None
        person["scores"] = [x % 7, x % 77, x % 777, x % 7777]
        person["tags"] = [] if i % 4 == 0 else ["a" + str(i % 10), "b" + str(i % 100)]
        person["address"] = {"street": "Main Street", "number": x % 300, "city": "Springfield"}
        people.append(person)
    return {"people": people, "count": count}


def main():
    text = text_of(document(1500))
    scores = 0
    balance = 0.0
    for _ in range(12):
        parsed = Parser(text).parse()
        for person in parsed["people"]:
            scores += person["scores"][3] + len(person["tags"]) + len(person["note"])
            balance += person["balance"]
        if text_of(parsed) != text:
            raise ValueError("the text changed on the way")
    print(len(text), scores, f"{balance:.3f}")
    print(text[0:200])


main()

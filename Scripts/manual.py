#!/usr/bin/env python3
"""Writes the manual page lang(1) to standard output.

    Scripts/manual.py .build/static/lang > lang.1

Options and commands are what the executable says of itself (--experimental-dump-help, the usage in
--help); forms, exit status, environment, files and examples are the tables of docs/command.md, which
the tests hold to what happens. Nothing about them is written down here.
"""

import json
import os
import re
import subprocess
import sys
import textwrap
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs", "command.md")


# From Markdown and plain text to mdoc.

def escaped(text):
    """A text in which nothing is special to roff, in ASCII."""
    text = text.replace("\\", "\\e").replace("'", "\\(aq").replace("`", "\\(ga")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti")
    return "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)


def argument(text):
    """A text as one argument of a macro."""
    return '"' + escaped(text).replace("-", "\\-").replace('"', "\\(dq") + '"'


def prose(text):
    """Lines of running text; `code` becomes literal, a link its words."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    lines = []
    # What follows code without a space belongs to it: punctuation.
    for before, code, behind in re.findall(r"([^`]*)(?:`([^`]*)`([^\s\w`]*))?", text):
        lines += sentences(before)
        if code:
            lines.append(f".Ql {argument(code)}" + "".join(f" {c}" for c in behind))
    return lines


def sentences(text):
    """Each sentence begins on a line of its own, and no line with a control character."""
    parts = re.split(r"(?<=[.:]) (?=[A-Z])", " ".join(text.split()))
    lines = [line for part in parts
             for line in textwrap.wrap(escaped(part), 78, break_on_hyphens=False,
                                       break_long_words=False)]
    return [("\\&" if line[0] in ".'" else "") + line for line in lines]


def usage(words):
    """The macros of a usage such as `lang [option ...] -e code`."""
    def operand(word):
        if word == "-":
            return "Cm \\-"
        if word.startswith("--"):
            return f"Fl Fl {word[2:]}"
        if word.startswith("-"):
            return f"Fl {word[1:]}"
        return f"Ar {word.strip('<>')}"

    lines = [".Nm"]
    for group in re.findall(r"\[(?:[^][]|\[[^]]*\])*\]|\S+", words)[1:]:
        if not group.startswith("["):
            lines.append("." + operand(group) if group != "..." else ".Ar ...")
            continue
        inner = group[1:-1].replace("[", " [ ").replace("]", " ] ").split()
        macros = " ".join({"[": "Op", "]": "", "...": "..."}.get(w) or operand(w)
                          for w in inner if w != "]")
        lines.append(f".Op {macros}")
    return lines


# What the executable and the page say.

class Executable:
    def __init__(self, path):
        self.path = path
        self.command = json.loads(self.output("--experimental-dump-help"))["command"]

    def output(self, *arguments):
        return subprocess.run([self.path, *arguments], check=True, capture_output=True,
                              encoding="utf-8").stdout

    def usages(self, *command):
        """The lines of the usage; those of a command begin with its name."""
        lines = self.output(*command, "--help").split("USAGE: ")[1].split("\n\n")[0].splitlines()
        return [line.strip() for line in lines]


class Page:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.sections = dict(re.findall(r"^## ([^\n]*)\n\n(.*?)(?=^## |\Z)", text, re.M | re.S))

    def table(self, section):
        """The rows of the first table of a section, without its heading."""
        rows = [[cell.strip() for cell in line.strip("|").split(" | ")]
                for line in self.sections[section].splitlines() if line.startswith("| ")]
        rows = [row for row in rows if not set(row[0]) <= set("- |")]
        assert len(rows) > 1, f"docs/command.md: no table in '{section}'"
        return rows[1:]

    def examples(self):
        """What is to be done, and the commands that do it."""
        found = re.findall(r"^([A-Z][^\n]*:)\n\n```console\n(.*?)```", self.sections["Examples"],
                           re.M | re.S)
        assert found, "docs/command.md: no examples"
        return [(text, re.findall(r"^\$ (.*)$", block, re.M)) for text, block in found]


# The parts of the manual.

def names(option):
    return [("-" if name["kind"] == "short" else "--") + name["name"] for name in option["names"]]


def options(arguments):
    """The list of the options of a command."""
    lines = [".Bl -tag -width Ds"]
    for option in arguments:
        if option["kind"] == "positional":
            lines.append(f".It Ar {option['valueName']}")
        else:
            value = f" Ar {option['valueName']}" if option["kind"] == "option" else ""
            # The parser has no word for a value that may be left out; the help says it.
            if f"{names(option)[0]} alone is" in option["abstract"]:
                value = f" Ns Oo = Ns{value} Oc"
            forms = [f"Fl {name[1:].replace('-', 'Fl ', 1)}" if name.startswith("--")
                     else f"Fl {name[1:]}" for name in names(option)]
            lines.append(".It " + " , ".join(forms) + value)
        lines += prose(option["abstract"])
        if option.get("allValues"):
            lines += prose("Values: " + ", ".join(f"`{value}`" for value in option["allValues"])
                           + ".")
    return lines + [".El"]


def tagged(rows, macro=""):
    """A list of a table's rows."""
    lines = [".Bl -tag -width Ds"]
    for term, text in rows:
        terms = re.findall(r"`([^`]*)`", term) or [term]
        lines.append(".It " + " , ".join(f"{macro} {argument(one)}".strip() for one in terms))
        lines += prose(text[0].upper() + text[1:] + ("" if text.endswith(".") else "."))
    return lines + [".El"]


def discussion(text):
    """Paragraphs; lines that are commands stand alone."""
    lines = []
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("lang "):
            lines += [".Bd -literal -offset indent", *map(escaped, paragraph.splitlines()), ".Ed"]
        else:
            lines += [".Pp", *prose(paragraph)]
    return lines


def command(lang, described):
    name = described["commandName"]
    lines = [f".Ss lang {name}"]
    for line in lang.usages(name):
        macros = usage(line)
        # Behind the name of the program comes that of the command.
        lines += [macros[0], f".Cm {name}", *macros[2:]]
    lines += [".Pp", *prose(described["abstract"])]
    lines += discussion(described["discussion"]) if described.get("discussion") else []
    everywhere = {"-h", "--help", "--version"}
    return lines + options(a for a in described["arguments"]
                           if a["kind"] == "positional" or not everywhere & set(names(a)))


def manual(lang, page, date):
    root = lang.command
    lines = [f".Dd {date}", ".Dt LANG 1", ".Os", ".Sh NAME", ".Nm lang",
             f".Nd {escaped(root['abstract'][0].lower() + root['abstract'][1:].rstrip('.'))}",
             ".Sh SYNOPSIS"]
    for line in lang.usages():
        lines += usage(line)
    lines += [".Sh DESCRIPTION", *discussion(root["discussion"])[1:]]
    lines += tagged(page.table("Running a program"), "Li")
    lines += [".Sh OPTIONS", *options(o for o in root["arguments"] if o["kind"] != "positional")]
    lines += [".Sh COMMANDS"]
    for described in root["subcommands"]:
        if described["commandName"] == "help":
            lines += [".Ss lang help", ".Nm", ".Cm help", ".Op Ar command", ".Pp",
                      *prose(described["abstract"])]
        else:
            lines += command(lang, described)
    lines += [".Sh ENVIRONMENT", *tagged(page.table("Environment"), "Ev")]
    lines += [".Sh FILES", *tagged(page.table("Files"), "Pa")]
    lines += [".Sh EXIT STATUS", *tagged(page.table("Exit status"))]
    lines += [".Sh EXAMPLES"]
    for text, commands in page.examples():
        lines += [*([] if lines[-1].startswith(".Sh") else [".Pp"]), *prose(text)]
        lines += [".Bd -literal -offset indent", *map(escaped, commands), ".Ed"]
    lines += [".Sh SEE ALSO"]
    lines += prose("The pages of the folder `docs` of the sources: `language.md`, `modules.md`, "
                   "`report.md`, `checking.md`, `command.md`, `embedding.md`.")
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: Scripts/manual.py EXECUTABLE")
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or os.path.getmtime(PAGE)
    date = time.strftime("%B %d, %Y", time.gmtime(float(seconds))).replace(" 0", " ")
    sys.stdout.write(manual(Executable(os.path.abspath(sys.argv[1])), Page(PAGE), date))


if __name__ == "__main__":
    main()

"""Measures the module `json` beside CPython's: 50 MB of records, read, and read and written again.

Both programs read the same file, which is made here and the same on every machine. Reading is the whole
process; what writing takes, the programs say themselves.
"""

import json
import os

from generate_source import Random
from measure import median

MEGABYTES = 50

WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "juniper",
         "kelp", "lagoon", "meadow", "north", "oasis", "prairie", "quarry", "ridge", "Straße",
         "tundra", "upland", "valley", "日本", "yard"]
STATES = ["active", "waiting", "closed"]

PROGRAMS = {
    "read.l": """\
import fs
import json
print(len(json.parse(fs.read_bytes("records.json"))))
""",
    "read.py": """\
import json
with open("records.json", "rb") as file:
    print(len(json.loads(file.read())))
""",
    "write.l": """\
import fs
import json
import time
let records = json.parse(fs.read_bytes("records.json"))
let start = time.process_time()
let text = json.format(records)
print(len(text), time.process_time() - start)
""",
    "write.py": """\
import json
import time
with open("records.json", "rb") as file:
    records = json.loads(file.read())
start = time.process_time()
text = json.dumps(records, ensure_ascii=False, separators=(",", ":"))
print(len(text), time.process_time() - start)
""",
}


def make_record(number, random):
    """A record as services send them: short keys, words, numbers, a list, a map."""
    words = [random.choice(WORDS) for _ in range(2 + random.below(14))]
    return {
        "id": 1_000_000 + number,
        "name": f"{random.choice(WORDS).title()} {random.choice(WORDS).title()}",
        "email": f"{random.choice(WORDS)}.{random.below(10_000)}@example.org",
        "state": random.choice(STATES),
        "verified": random.below(2) == 1,
        "manager": None if random.below(3) == 0 else random.below(1_000_000),
        "balance": random.below(100_000_000) / 100,
        "position": {"latitude": random.below(2 ** 31) / 2 ** 31 * 180 - 90,
                     "longitude": random.below(2 ** 31) / 2 ** 31 * 360 - 180},
        "tags": [random.choice(WORDS) for _ in range(random.below(5))],
        "note": " ".join(words) + ("\n" if random.below(10) == 0 else ""),
    }


def write_records(folder):
    """Writes the file unless it is there; gives its records and the length of their shortest text."""
    path = os.path.join(folder, "records.json")
    random = Random(2024)
    texts = []
    size = 0
    while size < MEGABYTES * 1_000_000:
        text = json.dumps(make_record(len(texts), random), ensure_ascii=False)
        texts.append(text)
        size += len(text.encode()) + 2
    with open(path, "w", encoding="utf-8") as file:
        file.write("[" + ",\n".join(texts) + "]\n")
    with open(path, encoding="utf-8") as file:
        shortest = json.dumps(json.load(file), ensure_ascii=False, separators=(",", ":"))
    return len(texts), len(shortest), os.path.getsize(path)


def measure_json(rounds, peers, runner, report, check_run, progress, work):
    """Runs both programs in both languages and prints the table."""
    folder = os.path.join(work, "json")
    os.makedirs(folder, exist_ok=True)
    progress("writing 50 MB of JSON")
    count, length, size = write_records(folder)
    for name, text in PROGRAMS.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    expected = {"read": str(count).encode(), "write": str(length).encode()}
    languages = [language for language in peers.languages() if language[0] != "Lua"]
    times = {}
    peaks = {}
    before = os.getcwd()
    os.chdir(folder)
    try:
        for round_number in range(1, rounds + 1):
            for task in ("read", "write"):
                for language, command, suffix in languages:
                    progress(f"json, round {round_number} of {rounds}: {task}{suffix}")
                    run = runner.run([command, task + suffix])
                    seconds = run.cpu
                    if task == "write" and run.output.count(b" ") == 1:
                        text, seconds = run.output.split()
                        run.output = text + b"\n"
                        seconds = float(seconds)
                    if check_run(report, f"json {task}{suffix}", run, expected[task] + b"\n"):
                        times.setdefault((task, language), []).append(seconds)
                        peaks.setdefault((task, language), []).append(run.peak)
    finally:
        os.chdir(before)
    progress("")

    print(f"\nJSON, {count:,} records, {size / 1e6:.0f} MB: seconds of user and system time, medians "
          f"of {rounds}")
    print(f"  {'':17}{'lang':>9}{'CPython':>9}{'/ CPython':>11}{'MB/s: lang':>12}{'CPython':>9}"
          f"{'MB: lang':>10}{'CPython':>9}")
    medians = {key: median(values) for key, values in times.items()}
    for task, title in (("read", "reading"), ("write", "writing")):
        ours, theirs = medians.get((task, "lang")), medians.get((task, "CPython"))
        if ours is None or theirs is None:
            continue
        print(f"  {title:17}{ours:9.3f}{theirs:9.3f}{ours / theirs:11.2f}{size / 1e6 / ours:12.0f}"
              f"{size / 1e6 / theirs:9.0f}{median(peaks[task, 'lang']):10.1f}"
              f"{median(peaks[task, 'CPython']):9.1f}")
        report.record(f"{title} 50 MB of JSON against CPython", ours / theirs)

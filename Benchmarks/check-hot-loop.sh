#!/usr/bin/env bash
# Looks at the machine code of the interpreter's loop, and fails when it contains what must not be
# there: reference counting, exclusivity checks, lazy initialisation, allocation, or traps of
# overflow and bounds checks. Any of these slows every instruction of every program.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: check-hot-loop.sh [--symbol PATTERN] [--traps N] [--list] [EXECUTABLE]

  EXECUTABLE        default: the release executable of this checkout
  --symbol PATTERN  extended regular expression for the demangled name of the loop's function
                    (default: LangRuntime.*interpretLoop)
  --traps N         trap instructions that are allowed (default 0)
  --list            show the functions that the loop calls, with how often

Exit status: 0 clean; 1 something forbidden was found; 2 nothing could be checked.
TEXT
}

give_up() {
  echo "check-hot-loop: $*" >&2
  exit 2
}

executable="$(cd "$(dirname "$0")/.." && pwd)/.build/release/lang"
pattern='LangRuntime.*interpretLoop'
trap_budget=0
list=no
while [ $# -gt 0 ]; do
  case $1 in
    --symbol | --traps)
      [ $# -ge 2 ] || give_up "$1 needs a value"
      if [ "$1" = --symbol ]; then pattern=$2; else trap_budget=$2; fi
      shift
      ;;
    --list) list=yes ;;
    -h | --help) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) executable=$1 ;;
  esac
  shift
done
[[ $trap_budget =~ ^[0-9]+$ ]] || give_up "--traps needs a number, not '$trap_budget'"
[ -f "$executable" ] || give_up "$executable is not there; build it with: swift build -c release"
for tool in nm objdump swift; do
  command -v "$tool" >/dev/null || give_up "the tool $tool is not installed"
done

# A name that the linker kept, with its address and size: `address size type name`.
symbols=$(nm --defined-only --print-size "$executable" 2>/dev/null |
  awk 'NF == 4 && $3 ~ /[tTwW]/') || true
[ -n "$symbols" ] || give_up "$executable has no symbols; was it stripped?"
found=$(paste -d ' ' <(awk '{ print $1, $2 }' <<<"$symbols") \
  <(awk '{ print $4 }' <<<"$symbols" | swift demangle) \
  | grep -E "^[0-9a-f]+ [0-9a-f]+ .*($pattern)" | sort -u -k 1,1) || true
if [ -z "$found" ]; then
  give_up "no function in $executable matches '$pattern': was it renamed or inlined away?"
fi

code=
while read -r address size name; do
  start=$((16#$address))
  part=$(objdump --disassemble --no-show-raw-insn --wide \
    --start-address="$start" --stop-address="$((start + 16#$size))" "$executable" |
    grep -E '^ *[0-9a-f]+:	') || give_up "could not disassemble $name"
  echo "$name: $(wc -l <<<"$part") instructions"
  code+=$part$'\n'
done <<<"$found"

# Names in the code are demangled for the outlined copies and releases of Swift values.
code=$(swift demangle --simplified <<<"$code")
count() { grep -cE "$1" <<<"$code" || true; }

indirect=$(count '	(notrack )?(jmp +\*|br	x[0-9]+)')
traps=$(count '	(ud2|brk	|udf	)')
echo "$indirect indirect jumps, $(count '	(call|bl) ?') calls, $traps traps (allowed: $trap_budget)"
[ "$indirect" -gt 0 ] || give_up "no indirect jump: this is not a loop that dispatches instructions"
if [ "$list" = yes ]; then
  grep -E '	(call|bl)' <<<"$code" | sed -nE 's/^[^<]*<(.*)>.*$/\1/p' | sort | uniq -c | sort -rn
fi

forbidden='swift_(retain|release|bridgeObject|unknownObject|beginAccess|endAccess|once|allocObject'
forbidden+='|slowAlloc|isUniquelyReferenced|initStackObject|weak|dynamicCast|getGenericMetadata)'
forbidden+='|outlined (copy|consume|retain|release|destroy|init)'
status=0
if bad=$(grep -E "<.*($forbidden)" <<<"$code"); then
  echo "FORBIDDEN: $(wc -l <<<"$bad") instructions that the loop must not contain:"
  sed -E 's/^[^<]*<(.*)>.*$/  \1/; s/\+0x[0-9a-f]+$//' <<<"$bad" | sort | uniq -c | sort -rn
  status=1
fi
if [ "$traps" -gt "$trap_budget" ]; then
  echo "FORBIDDEN: $traps traps of overflow or bounds checks, $trap_budget allowed"
  status=1
fi
[ $status -ne 0 ] || echo "clean"
exit $status

# shellcheck shell=bash
# What eng/new-agent.sh and eng/new-service.sh share. Sourced, not run.

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# check_name WHAT NAME: refuses a name that is not kebab-case.
check_name() {
  [[ $2 =~ ^[a-z][a-z0-9]*(-[a-z0-9]+)*$ ]] || fail "$1 '$2' is not kebab-case: lower-case letters, digits and single hyphens, such as log-pattern-miner."
  [ "${#2}" -le 40 ] || fail "$1 '$2' is longer than 40 characters."
}

# type_name KEBAB: log-pattern-miner -> LogPatternMiner.
type_name() {
  local part name=
  for part in ${1//-/ }; do
    case $part in
      csharp) name+=CSharp ;;
      *) name+=${part^} ;;
    esac
  done
  printf '%s' "$name"
}

# insert_sorted FILE REGEX LINE [BEFORE]: puts LINE before the first line that matches REGEX and sorts after it, else after the last that
# matches; where none matches, before the line that matches BEFORE.
insert_sorted() {
  local file=$1 regex=$2 line=$3 before=${4:-^$} temporary
  temporary=$(mktemp)
  LC_ALL=C REGEX=$regex LINE=$line BEFORE=$before awk '
    { lines[NR] = $0 }
    END {
      at = 0; last = 0; fallback = 0
      for (i = 1; i <= NR; i++) {
        if (lines[i] ~ ENVIRON["REGEX"]) {
          last = i
          if (!at && lines[i] > ENVIRON["LINE"]) at = i
        } else if (!fallback && lines[i] ~ ENVIRON["BEFORE"]) {
          fallback = i
        }
      }
      if (!at) at = last ? last + 1 : fallback
      if (!at) exit 1
      for (i = 1; i <= NR + 1; i++) {
        if (i == at) print ENVIRON["LINE"]
        if (i <= NR) print lines[i]
      }
    }' "$file" >"$temporary" || {
    rm -f "$temporary"
    fail "$file has no place for: $line"
  }
  cat "$temporary" >"$file"
  rm -f "$temporary"
}

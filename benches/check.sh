#!/usr/bin/env bash
# `lightest check` beside `rg -l vmm_test` on the same tree, both warm; then on ten copies of it.
#
# It installs Debian packages that it needs (as root), or names them. The aims: 1.75 times the wall time of ripgrep, and for ten copies 10.5 times that of one.
# PROFILE is cargo's: `release` by default, which a clone builds first; `dist` is what is installed. LIGHTEST names a
# program that was built already.
# Usage: benches/check.sh OPENVMM [RUNS]
set -euo pipefail
tree=$(realpath "${1:?name a checkout of openvmm}")
runs=${2:-40}
cd "$(dirname "$0")/.."
cargo xtask install bench-check
profile=${PROFILE:-release}
[ -n "${LIGHTEST:-}" ] || cargo build --quiet --profile "$profile" --package lightest --bin lightest
lightest=${LIGHTEST:-$PWD/target/$profile/lightest}
echo "measured: $lightest" >&2
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

# In turns, one by one: what disturbs one disturbs the other. The first of each warms the cache and is not counted.
pairs() { # FOLDER NAME COMMAND NAME COMMAND
  for round in $(seq 0 "$runs"); do
    for who in 2 4; do
      command=$((who + 1))
      (cd "$1" && hyperfine --style none --shell=none --ignore-failure --warmup 0 --runs 1 --export-json "$room/one.json" "${!command}" > /dev/null 2>&1)
      [ "$round" = 0 ] || jq -c --arg who "${!who}" '{who: $who, wall: .results[0].mean, cpu: (.results[0].user + .results[0].system)}' "$room/one.json"
    done
  done
}
summary='def median: sort | .[length / 2 | floor];
  [.[].who] as $names | $names[0] as $a | $names[1] as $b
  | def of($who; f): map(select(.who == $who) | f) | median * 1000 | round;
  ([range(0; length; 2) as $i | .[$i].wall / .[$i + 1].wall] | median * 100 | round / 100) as $wall
  | ([range(0; length; 2) as $i | .[$i].cpu / .[$i + 1].cpu] | median * 100 | round / 100) as $cpu
  | "\($a): median \(of($a; .wall)) ms wall, \(of($a; .cpu)) ms of processor",
    "\($b): median \(of($b; .wall)) ms wall, \(of($b; .cpu)) ms of processor",
    "median of the pairs: \($wall) times the wall time, \($cpu) times the processor time"'

echo "== one tree"
pairs "$tree" "lightest check" "$lightest check ." "rg -l vmm_test" "rg -l vmm_test ." | jq -s -r "$summary"

echo "== ten copies of it, as git has them"
mkdir "$room/ten" "$room/one"
for copy in $(seq 10); do
  git clone --quiet --shared "$tree" "$room/ten/$copy"
done
git clone --quiet --shared "$tree" "$room/one/1"
pairs "$room" "ten" "$lightest check ten" "one" "$lightest check one" | jq -s -r "$summary"

#!/usr/bin/env bash
# `lightest pick --from` on the longest test file of a checkout of OpenVMM (about 2,000 lines, in a package of some 15,000), beside
# `lightest check` on the same package. It installs Debian packages that it needs (as root), or names them.
#
# The aim: at most 60 ms of wall time for a pick. Processor time is printed as well: on a busy machine, wall time is not reliable.
# PROFILE is cargo's: `release` by default, which a clone builds first; `dist` is what is installed. LIGHTEST names a
# program that was built already.
# Usage: benches/from.sh OPENVMM [RUNS]
set -euo pipefail
tree=$(realpath "${1:?name a checkout of openvmm}")
runs=${2:-40}
cd "$(dirname "$0")/.."
cargo xtask install bench-from
profile=${PROFILE:-release}
[ -n "${LIGHTEST:-}" ] || cargo build --quiet --profile "$profile" --package lightest --bin lightest
lightest=${LIGHTEST:-$PWD/target/$profile/lightest}
echo "measured: $lightest" >&2
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT

cd "$tree/vmm_tests/vmm_tests"
read -r lines file < <(find tests -name '*.rs' -exec wc -l {} + | grep -v ' total$' | sort -n | tail -1)
echo "$file: $lines lines, of $(find . -name '*.rs' -exec cat {} + | wc -l) in the package" >&2
# A line of its last test: everything before it is read as well.
line=$(grep -n '_test(\|_test_with(\|#\[vmm_test' "$file" | tail -1 | cut -d: -f1)
hyperfine --style none --shell=none --ignore-failure --warmup 3 --runs "$runs" --export-json "$room/times.json" \
  --command-name "pick --from" "$lightest pick --from $file --line $line" \
  --command-name "check" "$lightest check ." > /dev/null
jq -r '.results[] | "\(.command): median \(.median * 1000 | round) ms wall, at most \(.max * 1000 | round); \((.user + .system) * 1000 | round) ms of processor"' "$room/times.json"

#!/usr/bin/env bash
# A pick beside the start of an everyday program: `git --version`. It installs Debian packages that it needs (as root), or names them.
# The aim is 1.5 times its wall time.
# PROFILE is cargo's: `release` by default, which a clone builds first; `dist` is what is installed. LIGHTEST names a
# program that was built already.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo xtask install bench-pick
profile=${PROFILE:-release}
[ -n "${LIGHTEST:-}" ] || cargo build --quiet --profile "$profile" --package lightest --bin lightest
lightest=${LIGHTEST:-$PWD/target/$profile/lightest}
echo "measured: $lightest" >&2
exec hyperfine --shell=none --warmup 20 --runs 200 \
    'git --version' \
    "$lightest pick --requires tpm,systemd" \
    "$lightest pick --requires openhcl --arch x64 --format json"

#!/usr/bin/env bash
# A pick beside the start of an everyday program: `git --version`. What it needs of Debian, it installs (as root) or names.
# The aim is 1.5 times its wall time.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo xtask install bench-pick
cargo build --release --quiet --bin lightest
exec hyperfine --shell=none --warmup 20 --runs 200 \
    'git --version' \
    'target/release/lightest pick --requires tpm,systemd' \
    'target/release/lightest pick --requires openhcl --arch x64 --format json'

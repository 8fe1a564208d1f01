#!/usr/bin/env bash
# A pick beside the start of an everyday program: `git --version`. Needs hyperfine (Debian: hyperfine).
# The aim is 1.5 times its wall time.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release --quiet
exec hyperfine --shell=none --warmup 20 --runs 200 \
    'git --version' \
    'target/release/lightest pick --requires tpm,systemd' \
    'target/release/lightest pick --requires openhcl --arch x64 --format json'

#!/usr/bin/env bash
# `lightest check` for pre-commit: the program on PATH, or else this checkout's, built when it is first needed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lightest=$(command -v lightest || true)
if [ -z "$lightest" ]; then
  # Built from here, so that the other repository's toolchain file does not apply.
  (cd "$here" && cargo build --quiet --locked --release --package lightest >&2)
  lightest=$here/target/release/lightest
fi
exec "$lightest" check "$@"

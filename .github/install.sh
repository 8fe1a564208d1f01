#!/usr/bin/env bash
# For action.yml: puts `lightest` into the folder $LIGHTEST_HOME, and that folder on PATH for the steps that follow. A program
# that is in the folder already is taken, or else the released one, or else it is compiled.
#
# LIGHTEST_RELEASE: where the archives of this version lie, such as https://github.com/OWNER/NAME/releases/download/v1.0.0;
# empty where there are none. A released program is taken only when its checksum is right.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$LIGHTEST_HOME
release=${LIGHTEST_RELEASE:-}

target() {
  local machine
  case $(uname -m) in x86_64 | amd64) machine=x86_64 ;; aarch64 | arm64) machine=aarch64 ;; *) return 1 ;; esac
  case $(uname -s) in
    Linux) echo "$machine-unknown-linux-gnu" ;;
    Darwin) echo "$machine-apple-darwin" ;;
    MINGW* | MSYS* | CYGWIN*) echo "$machine-pc-windows-msvc" ;;
    *) return 1 ;;
  esac
}

works() { "$folder/bin/lightest" --version > /dev/null 2>&1; }

released() {
  local name room
  name=lightest-$(target) || return 1
  room=$(mktemp -d)
  curl --fail --silent --show-error --location --retry 3 --max-time 120 \
    --remote-name --output-dir "$room" "$release/$name.tar.gz" \
    --remote-name --output-dir "$room" "$release/$name.tar.gz.sha256" || return 1
  (cd "$room" && if command -v sha256sum > /dev/null; then sha256sum --check --quiet "$name.tar.gz.sha256"; else shasum -a 256 --check --quiet "$name.tar.gz.sha256"; fi) || {
    echo "the checksum of $name.tar.gz is wrong: it is not used" >&2
    return 1
  }
  tar -C "$room" -xzf "$room/$name.tar.gz"
  mkdir -p "$folder/bin"
  cp "$room/$name"/*lightest* "$folder/bin/"
  rm -rf "$room"
  works
}

if works; then
  how=cached
elif [ -n "$release" ] && released; then
  how=released
else
  how=compiled
  cargo install --locked --quiet --profile dist --path "$here/crates/lightest" --root "$folder"
fi
echo "$folder/bin" >> "$GITHUB_PATH"
echo "how=$how" >> "$GITHUB_OUTPUT"

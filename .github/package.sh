#!/usr/bin/env bash
# Packs a build for a release: both programs, completions for each shell, licences; beside the archive, its checksum.
# Usage: .github/package.sh TARGET FOLDER-OF-PROGRAMS OUT
set -euo pipefail
target=$1
programs=$(cd "$2" && pwd)
mkdir -p "$3"
out=$(cd "$3" && pwd)
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case $target in *windows*) ending=.exe ;; *) ending= ;; esac

name=lightest-$target
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir -p "$room/$name/completions"
for program in lightest cargo-lightest; do cp "$programs/$program$ending" "$room/$name/"; done
for shell in bash elvish fish powershell zsh; do
  "$programs/lightest$ending" completions "$shell" > "$room/$name/completions/lightest.$shell"
done
cp "$here/README.md" "$here/LICENSE-MIT" "$here/LICENSE-APACHE" "$room/$name/"
tar -C "$room" -czf "$out/$name.tar.gz" "$name"
cd "$out"
if command -v sha256sum > /dev/null; then sha256sum "$name.tar.gz"; else shasum -a 256 "$name.tar.gz"; fi > "$name.tar.gz.sha256"

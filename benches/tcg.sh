#!/usr/bin/env bash
# What makes a boot under TCG fast: the same kernel and initial file system by the bare QEMU command line, one thing changed at a
# time, in turns. The guest turns itself off at once, so that a whole process is one boot.
#
# What it needs of Debian, it installs (as root) or names. Usage: benches/tcg.sh [RUNS] [FILE.jsonl]
set -euo pipefail
runs=${1:-5}
out=${2:-measurements/bench-tcg.jsonl}
cd "$(dirname "$0")/.."
cargo xtask install bench-tcg
lightest=${LIGHTEST:-$PWD/target/release/lightest}
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
guest() { "$lightest" image list --format json | jq -r --arg name "$1" '.guests[] | select(.name == $name).dir'; }
pair=$(guest linux_direct_x64)
generic=$(guest linux_direct_generic_x64)
# The kernel as Debian ships it, compressed.
mcopy -i "$(guest small_x64)/disk.img@@1M" ::kernel "$room/bzImage"

variant() { # NAME, then the words that differ from the lab's own command line
  local name=$1 machine=q35 cpu=qemu64 accel=tcg kernel=$pair/kernel initrd=$pair/initrd.cpio
  local line="console=ttyS0 panic=-1 cryptomgr.notests" nodefaults="-nodefaults"
  shift
  [ $# = 0 ] || local "$@"
  cat > "$room/$name" << EOF
#!/bin/sh
exec qemu-system-x86_64 $nodefaults -no-user-config -no-reboot -display none -accel $accel -machine $machine -cpu $cpu -m 256 -smp 1 \
  -serial stdio -monitor none -kernel $kernel -initrd $initrd -append "$line rdinit=/bin/poweroff -- -f" > /dev/null < /dev/null
EOF
  chmod +x "$room/$name"
  names+=("$name")
}
names=()
usual="console=ttyS0 panic=-1 cryptomgr.notests"
variant lab
variant default-devices "nodefaults="
variant compressed-kernel "kernel=$room/bzImage"
variant general-kernel "kernel=$generic/kernel" "initrd=$generic/initrd.cpio"
variant machine-pc "machine=pc"
variant cpu-max "cpu=max"
variant one-thread "accel=tcg,thread=single"
variant tb-size-256 "accel=tcg,tb-size=256"
variant cipher-tests "line=console=ttyS0 panic=-1"
variant quiet "line=$usual quiet"
variant mitigations-off "line=$usual mitigations=off"
variant no-timer-check "line=$usual no_timer_check tsc=reliable"
for round in $(seq 0 "$runs"); do
  for name in "${names[@]}"; do
    hyperfine --style none --warmup 0 --runs 1 --ignore-failure --export-json "$room/one.json" "timeout 60 $room/$name" > /dev/null
    # The first round is a warm-up.
    [ "$round" = 0 ] || jq -c --arg name "$name" --arg load "$(cut -d' ' -f1 /proc/loadavg)" \
      '.results[0] | {variant: $name, seconds: .mean, cpu: (.user + .system), exit: .exit_codes[0], load: ($load | tonumber)}' "$room/one.json"
  done
done | tee "$out" >&2
jq -s -r 'def median: sort | .[length / 2 | floor];
  (map(select(.variant == "lab").cpu) | median) as $lab
  | group_by(.variant) | map({variant: .[0].variant, seconds: (map(.seconds) | median), cpu: (map(.cpu) | median), bad: (map(select(.exit != 0)) | length)})
  | sort_by(.cpu) | .[] | "\(.variant): \(.seconds * 100 | round / 100) s, processor time \(.cpu * 100 | round / 100) s (\((.cpu / $lab - 1) * 100 | round) %), \(.bad) failed"' "$out"

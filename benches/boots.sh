#!/usr/bin/env bash
# Side by side, as whole processes: lightest, the bare QEMU command line for the same boot, virtme-ng, and vmtest.
#
# It installs Debian packages that it needs (as root), or names them. virtme-ng (PyPI) takes part when it is on PATH and the modules of the
# guest's kernel are installed; so does vmtest (crates.io). vmtest wants a kernel with 9p built in: Debian's kernels have 9p as a
# module, so it gets them from an initial file system that loads them and goes on with vmtest's own first program.
# PROFILE is cargo's: `release` by default, which a clone builds first; `dist` is what is installed. LIGHTEST names a
# program that was built already.
# Usage: benches/boots.sh [RUNS] [FOLDER]
set -euo pipefail
runs=${1:-10}
out=${2:-measurements}
cd "$(dirname "$0")/.."
cargo xtask install bench-boots
profile=${PROFILE:-release}
[ -n "${LIGHTEST:-}" ] || cargo build --quiet --profile "$profile" --package lightest --bin lightest
lightest=${LIGHTEST:-$PWD/target/$profile/lightest}
echo "measured: $lightest" >&2
accel=${ACCEL:-tcg}
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
mkdir -p "$out"

guest() { "$lightest" image build "$1" --format json 2> /dev/null | jq -r '.guests[0].dir'; }
pair=$(guest linux_direct_x64)
generic=$(guest linux_direct_generic_x64)

echo "== the same boot by the bare QEMU command line: overhead" >&2
cat > "$room/bare" << EOF
#!/bin/sh
exec qemu-system-x86_64 -nodefaults -no-user-config -display none -accel $accel -machine q35 \
  -cpu $([ "$accel" = kvm ] && echo host || echo qemu64) -m 256 -smp 1 -serial stdio -kernel $pair/kernel \
  -initrd $pair/initrd.cpio -append "console=ttyS0 panic=-1 cryptomgr.notests rdinit=/bin/poweroff -- -f" \
  -device virtio-serial-pci,max_ports=2 > /dev/null < /dev/null
EOF
cat > "$room/ours" << EOF
#!/bin/sh
exec $lightest boot lab_linux_direct_x64 --accel $accel --append "rdinit=/bin/poweroff -- -f" --until "reboot: Power down" \
  --format json > /dev/null 2>&1
EOF
chmod +x "$room/bare" "$room/ours"
# In turns, one by one: what disturbs one disturbs the other.
for _ in $(seq "$runs"); do
  for who in bare ours; do
    hyperfine --style none --warmup 0 --runs 1 --export-json "$room/one.json" "$room/$who" > /dev/null
    jq -c --arg who "$who" '{who: $who, seconds: .results[0].mean, user: .results[0].user, system: .results[0].system}' "$room/one.json"
  done
done | tee "$out/bench-overhead.jsonl" >&2

echo "== from start to the result of \`true\`, the same kernel" >&2
names=(--command-name lightest "$lightest boot lab_linux_direct_x64 --accel $accel --kernel $generic/kernel --initrd $generic/initrd.cpio -- true")
release=$(grep -a -o -m 1 'Linux version [0-9][^ ]*' "$generic/kernel" | cut -d ' ' -f 3)
if ! command -v vng > /dev/null; then
  echo "virtme-ng takes no part: pip install virtme-ng" >&2
elif [ ! -d "/lib/modules/$release" ]; then
  echo "virtme-ng takes no part: it needs the modules of the kernel: apt-get install --no-install-recommends linux-image-$release" >&2
else
  kvm=; [ "$accel" = kvm ] || kvm=--disable-kvm
  names+=(--command-name virtme-ng "vng $kvm --force-9p --memory 256M --cpus 1 --run $generic/kernel -- true")
fi
if command -v vmtest > /dev/null && command -v qemu-ga > /dev/null; then
  mkdir "$room/modules"
  (cd "$room/modules" && cpio -idm --quiet < "$generic/initrd.cpio" 2> /dev/null || true)
  cat > "$room/modules/init" << 'EOF'
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read -r module; do insmod "$module"; done < /lib/lightest/boot-modules
modprobe 9pnet_virtio; modprobe 9p
for word in $(cat /proc/cmdline); do case $word in init=*) first=${word#init=};; esac; done
mkdir -p /new
mount -t 9p -o trans=virtio,version=9p2000.L,cache=mmap,msize=512000 /dev/root /new
umount /proc /sys
exec switch_root /new "$first"
EOF
  chmod +x "$room/modules/init"
  (cd "$room/modules" && find . | cpio -o -H newc --quiet > "$room/modules.cpio")
  cat > "$room/qemu" << EOF
#!/bin/bash
words=()
while [ \$# -gt 0 ]; do
  case \$1 in -enable-kvm) ;; -cpu) words+=(-cpu $([ "$accel" = kvm ] && echo host || echo qemu64)); shift;; *) words+=("\$1");; esac
  shift
done
exec qemu-system-x86_64 -accel $accel -initrd $room/modules.cpio "\${words[@]}"
EOF
  chmod +x "$room/qemu"
  names+=(--command-name vmtest "VMTEST_NO_UI=1 vmtest --kernel $generic/kernel --qemu-command $room/qemu true")
fi
hyperfine --warmup 1 --runs "$runs" --export-json "$out/bench-true.json" "${names[@]}" >&2

echo "== a restored machine and a cold boot" >&2
hyperfine --warmup 1 --runs "$runs" --export-json "$out/bench-warm.json" \
  --command-name cold "$lightest boot lab_linux_direct_x64 --accel $accel -- true" \
  --command-name warm "$lightest boot --warm lab_linux_direct_x64 --accel $accel -- true" >&2

jq -s -r 'def median: sort | .[length / 2 | floor];
  def pairs(f): [range(0; length; 2) as $i | (.[$i + 1] | f) / (.[$i] | f)] | median | (. - 1) * 1000 | round / 10;
  def of(who; f): map(select(.who == who) | f) | median | . * 100 | round / 100;
  "seconds: bare QEMU \(of("bare"; .seconds)), lightest \(of("ours"; .seconds)), median of the pairs \(pairs(.seconds)) % more",
  "processor time: bare QEMU \(of("bare"; .user + .system)), lightest \(of("ours"; .user + .system)), median of the pairs \(pairs(.user + .system)) % more"' \
  "$out/bench-overhead.jsonl"
jq -r '.results[] | "\(.command): median \(.median) s, \(.min) to \(.max)"' "$out/bench-true.json" "$out/bench-warm.json"

#!/usr/bin/env bash
# Makes the images that `tests/inspect.rs` reads: one small disk in each format, packed by gzip. Needs sgdisk, mtools, e2fsprogs,
# qemu-utils, sbsigntool and openssl (Debian), and the UEFI application: `lightest image build guest_test_uefi_x64`.
# Usage: make.sh APPLICATION.EFI
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
application=$(realpath "$1")
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
cd "$room"
export SOURCE_DATE_EPOCH=315532800 TZ=UTC MTOOLS_SKIP_CHECK=1

# A loader that is signed by somebody whom no firmware knows.
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 3650 -subj "/CN=Nobody" 2> /dev/null
sbsign --key key.pem --cert cert.pem --output loader.efi "$application" > /dev/null 2>&1

truncate -s 6M disk.raw
sgdisk --clear --disk-guid=4c696768-7465-7374-0000-000000000000 \
  --new=1:2048:6143 --typecode=1:ef00 --partition-guid=1:4c696768-7465-7374-0000-000000000001 \
  --new=2:6144:10239 --typecode=2:8300 --partition-guid=2:4c696768-7465-7374-0000-000000000002 \
  --new=3:10240:10751 --typecode=3:8300 --partition-guid=3:4c696768-7465-7374-0000-000000000003 disk.raw > /dev/null

esp=disk.raw@@1M
mformat -i $esp -T 4096 -h 2 -s 32 -N 4c696768 ::
mmd -i $esp ::EFI ::EFI/BOOT ::loader ::loader/entries
mcopy -i $esp loader.efi ::EFI/BOOT/BOOTX64.EFI
printf 'title a\nlinux /kernel\noptions root=/dev/vda2 console=ttyS0,115200 quiet\n' > entry
mcopy -i $esp entry "::loader/entries/a longer name than eight.conf"

release=6.1.0-1-lab
mkdir -p root/etc root/usr/bin root/usr/sbin root/usr/lib/systemd root/usr/lib/modules/$release root/boot
ln -s usr/bin root/bin
ln -s usr/sbin root/sbin
ln -s usr/lib root/lib
ln -s ../usr/lib/os-release root/etc/os-release
printf 'ID=lab\nVERSION_ID="1"\nPRETTY_NAME="A distribution of the lab"\nHOME_URL="nowhere"\n' > root/usr/lib/os-release
for program in sh sudo cloud-init apt-get kmod; do printf '#!/bin/sh\n' > root/usr/bin/$program; done
ln -s ../bin/kmod root/usr/sbin/modprobe
printf 'not really\n' > root/usr/lib/systemd/systemd
ln -s ../lib/systemd/systemd root/usr/sbin/init
printf 'kernel/drivers/nvme/host/nvme.ko\n' > root/usr/lib/modules/$release/modules.builtin
printf 'kernel/net/8021q/8021q.ko.xz:\nkernel/drivers/virtio/virtio_pci.ko.xz: kernel/drivers/virtio/virtio.ko.xz\n' > root/usr/lib/modules/$release/modules.dep
printf '# a comment\nCONFIG_NUMA=y\n# CONFIG_HUGETLBFS is not set\n' > root/boot/config-$release
mke2fs -q -t ext4 -d root -U 4c696768-7465-7374-0000-000000000004 -E hash_seed=4c696768-7465-7374-0000-000000000005,offset=3145728 disk.raw 2M

# Only its name is known here.
printf 'XFSB' | dd of=disk.raw bs=1M seek=5 conv=notrunc status=none

qemu-img convert -O qcow2 -o cluster_size=4k disk.raw disk.qcow2
qemu-img convert -O qcow2 -c disk.raw disk-deflate.qcow2
qemu-img convert -O qcow2 -c -o compression_type=zstd disk.raw disk-zstd.qcow2
qemu-img convert -O vpc disk.raw disk.vhd
qemu-img convert -O vpc -o subformat=fixed disk.raw disk-fixed.vhd
qemu-img convert -O vhdx -o block_size=1M disk.raw disk.vhdx
for image in disk*.*; do gzip -9n < "$image" > "$here/$image.gz"; done
ls -l "$here"

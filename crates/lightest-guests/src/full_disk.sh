# Makes a file system of the tree at $1; the variables are set above.
set -e
# A copy that stays on one file system: /proc, /sys and /dev of the building host are mounted here.
cp -ax "$1" "$tree"
cd "$tree"
rm -rf var/cache/apt/* var/lib/apt/lists/* usr/share/doc/* usr/share/man/* var/log/*.log var/log/apt/*
rm -f etc/ssh/ssh_host_*
: > etc/machine-id
cp -r "$files/." .
dpkg-deb --fsys-tarfile "$kernel" | tar -x --wildcards './lib/modules/*'
for release in lib/modules/*; do chroot . depmod "${release##*/}"; done
"$mke2fs" -q -t ext4 -L root -d "$tree" -U "$root_id" -E "hash_seed=$hash_seed" "$root" "${mib}M"
cd /
rm -rf "$tree"

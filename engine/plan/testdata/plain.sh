#!/usr/bin/env bash
# Written by Lethe for /tmp/disk.img (12 GiB, image)
# Fingerprint of that disk: b5d17425a3fd5e9f4ee470040706f843ee5a8be38078ab33e1bb1fda3cba1316
# This ERASES the disk:
# Note: Swap is 1.2 GiB instead of 8 GiB, so that it takes no more than 10 % of the disk.
# Note: An ESP of 512 MiB can fill up after a few system generations; 1 GiB is recommended.
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

mkdir -p -- /tmp/disk.img.lethe
if [ "$(stat --format=%s -- /tmp/disk.img)" != 12884901888 ]; then
  echo 'This is not the planned disk: its size differs.' >&2
  exit 1
fi
printf 'Everything on %s will be lost. Type its path to go on: ' /tmp/disk.img
IFS= read -r answer
if [ "$answer" != /tmp/disk.img ]; then
  echo 'Nothing was changed.' >&2
  exit 1
fi

# 1. Check the disk
# Makes sure that this is the disk that was confirmed, that nothing uses it, and that every tool is there, before anything is written.
sfdisk --list /tmp/disk.img

# 2. Remove old signatures
# Clears the marks of old file systems, so that nothing later takes a leftover for real data.
wipefs --all /tmp/disk.img

# 3. Write the partition table (3 partitions)
# The table is built in memory and written in one go; from here on the old partitions are gone.
sfdisk --wipe always --wipe-partitions always /tmp/disk.img <<'EOF'
label: gpt
label-id: 52FDFC07-2182-454F-963F-5F0F9A621D72
unit: sectors
first-lba: 34
last-lba: 25165790
start=2048, size=1048576, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=9566C74D-1003-4C4D-BBBB-0407D1E2C649, name="ESP"
start=1050624, size=2514944, type=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F, uuid=81855AD8-681D-4D86-91E9-1E00167939CB, name="swap"
start=3565568, size=21598208, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=6694D2C4-22AC-4208-A007-2939487F6999, name="nix"
EOF

# 4. Format the EFI system partition (FAT32)
# The firmware reads the boot loader, kernels and initrds from here; it cannot be encrypted.
truncate --size 536870912 /tmp/disk.img.lethe/esp.part
mkfs.fat -F 32 -S 512 -s 8 -n BOOT -i EB9D18A4 /tmp/disk.img.lethe/esp.part
fallocate --punch-hole --offset 1048576 --length 536870912 /tmp/disk.img
dd if=/tmp/disk.img.lethe/esp.part of=/tmp/disk.img bs=64KiB iflag=count_bytes count=536870912 oflag=seek_bytes seek=1048576 conv=notrunc,sparse status=none
rm --force -- /tmp/disk.img.lethe/esp.part

# 5. Format the swap partition
# Memory that is not in use can be written here.
truncate --size 1287651328 /tmp/disk.img.lethe/swap.part
mkswap -L swap -U 4784045d-87f3-467c-b227-46e995af5a25 /tmp/disk.img.lethe/swap.part
fallocate --punch-hole --offset 537919488 --length 1287651328 /tmp/disk.img
dd if=/tmp/disk.img.lethe/swap.part of=/tmp/disk.img bs=64KiB iflag=count_bytes count=1048576 oflag=seek_bytes seek=537919488 conv=notrunc,sparse status=none
rm --force -- /tmp/disk.img.lethe/swap.part

# 6. Format the nix partition (ext4)
# Holds /nix and, in /nix/persist, what you choose to keep.
truncate --size 11058282496 /tmp/disk.img.lethe/nix.part
mkfs.ext4 -q -F -b 4096 -L nixos -U 367951ba-a2ff-4cd4-b1c4-83f15fb90bad -E hash_seed=6694d2c4-22ac-4208-a007-2939487f6999,resize=21598208 /tmp/disk.img.lethe/nix.part
fallocate --punch-hole --offset 1825570816 --length 11058282496 /tmp/disk.img
dd if=/tmp/disk.img.lethe/nix.part of=/tmp/disk.img bs=64KiB iflag=count_bytes count=11058282496 oflag=seek_bytes seek=1825570816 conv=notrunc,sparse status=none
rm --force -- /tmp/disk.img.lethe/nix.part

# 7. Write the NixOS configuration (2 files)
# The flake repository that the system is built from. It is yours, and no secret is in it.
git init --quiet --initial-branch main /tmp/disk.img.lethe/repo
install -D --mode 644 /dev/stdin /tmp/disk.img.lethe/repo/disks.nix <<'EOF'
{ }
EOF
install -D --mode 644 /dev/stdin /tmp/disk.img.lethe/repo/flake.nix <<'EOFF'
{
  description = "$(reboot) 'EOF'";
EOF
}
EOFF
git -C /tmp/disk.img.lethe/repo add --all

# 8. Verify the result
# Reads everything back with other tools than those that wrote it, and opens the container with the passphrase that you typed.
sfdisk --verify /tmp/disk.img
sgdisk --verify /tmp/disk.img
parted --script /tmp/disk.img align-check optimal 1
parted --script /tmp/disk.img align-check optimal 2
parted --script /tmp/disk.img align-check optimal 3

echo 'Done.'

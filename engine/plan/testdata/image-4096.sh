#!/usr/bin/env bash
# Written by Lethe for /tmp/it's a disk.img (12 GiB, image)
# Fingerprint of that disk: 5c07d4450c3590bf6758c7b18fd343c8b3dcb3d80ca4cad46b569b2aca6f2a2f
# This ERASES the disk:
# Note: An ESP of 512 MiB can fill up after a few system generations; 1 GiB is recommended.
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

mkdir -p -- '/tmp/it'\''s a disk.img.lethe'
if [ "$(stat --format=%s -- '/tmp/it'\''s a disk.img')" != 12884901888 ]; then
  echo 'This is not the planned disk: its size differs.' >&2
  exit 1
fi
printf 'Everything on %s will be lost. Type its path to go on: ' '/tmp/it'\''s a disk.img'
IFS= read -r answer
if [ "$answer" != '/tmp/it'\''s a disk.img' ]; then
  echo 'Nothing was changed.' >&2
  exit 1
fi

# 1. Check the disk
# Makes sure that this is the disk that was confirmed, that nothing uses it, and that every tool is there, before anything is written.
sfdisk --list '/tmp/it'\''s a disk.img'

# 2. Remove old signatures
# Clears the marks of old file systems, so that nothing later takes a leftover for real data.
wipefs --all '/tmp/it'\''s a disk.img'

# 3. Write the partition table (2 partitions)
# The table is built in memory and written in one go; from here on the old partitions are gone.
sfdisk --wipe always --wipe-partitions always --sector-size 4096 '/tmp/it'\''s a disk.img' <<'EOF'
label: gpt
label-id: 52FDFC07-2182-454F-963F-5F0F9A621D72
unit: sectors
first-lba: 6
last-lba: 3145722
start=256, size=131072, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=9566C74D-1003-4C4D-BBBB-0407D1E2C649, name="ESP"
start=131328, size=3014144, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=81855AD8-681D-4D86-91E9-1E00167939CB, name="nix"
EOF

# 4. Format the EFI system partition (FAT32)
# The firmware reads the boot loader, kernels and initrds from here; it cannot be encrypted.
truncate --size 536870912 '/tmp/it'\''s a disk.img.lethe/esp.part'
mkfs.fat -F 32 -S 4096 -s 1 -n BOOT -i 6694D2C4 '/tmp/it'\''s a disk.img.lethe/esp.part'
fallocate --punch-hole --offset 1048576 --length 536870912 '/tmp/it'\''s a disk.img'
dd 'if=/tmp/it'\''s a disk.img.lethe/esp.part' 'of=/tmp/it'\''s a disk.img' bs=64KiB iflag=count_bytes count=536870912 oflag=seek_bytes seek=1048576 conv=notrunc,sparse status=none
rm --force -- '/tmp/it'\''s a disk.img.lethe/esp.part'

# 5. Format the nix partition (ext4)
# Holds /nix and, in /nix/persist, what you choose to keep.
truncate --size 12345933824 '/tmp/it'\''s a disk.img.lethe/nix.part'
mkfs.ext4 -q -F -b 4096 -L nixos -U 22acd208-a007-4939-887f-6999eb9d18a4 -E hash_seed=81855ad8-681d-4d86-91e9-1e00167939cb,resize=24113152 '/tmp/it'\''s a disk.img.lethe/nix.part'
fallocate --punch-hole --offset 537919488 --length 12345933824 '/tmp/it'\''s a disk.img'
dd 'if=/tmp/it'\''s a disk.img.lethe/nix.part' 'of=/tmp/it'\''s a disk.img' bs=64KiB iflag=count_bytes count=12345933824 oflag=seek_bytes seek=537919488 conv=notrunc,sparse status=none
rm --force -- '/tmp/it'\''s a disk.img.lethe/nix.part'

# 6. Write the NixOS configuration (2 files)
# The flake repository that the system is built from. It is yours, and no secret is in it.
git init --quiet --initial-branch main '/tmp/it'\''s a disk.img.lethe/repo'
install -D --mode 644 /dev/stdin '/tmp/it'\''s a disk.img.lethe/repo/disks.nix' <<'EOF'
{ }
EOF
install -D --mode 644 /dev/stdin '/tmp/it'\''s a disk.img.lethe/repo/flake.nix' <<'EOFF'
{
  description = "$(reboot) 'EOF'";
EOF
}
EOFF
git -C '/tmp/it'\''s a disk.img.lethe/repo' add --all

# 7. Verify the result
# Reads everything back with other tools than those that wrote it, and opens the container with the passphrase that you typed.
PARTED_SECTOR_SIZE=4096 parted --script '/tmp/it'\''s a disk.img' unit s print
PARTED_SECTOR_SIZE=4096 parted --script '/tmp/it'\''s a disk.img' align-check optimal 1
PARTED_SECTOR_SIZE=4096 parted --script '/tmp/it'\''s a disk.img' align-check optimal 2

echo 'Done.'

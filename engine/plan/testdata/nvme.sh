#!/usr/bin/env bash
# Written by Lethe for /dev/nvme0n1 · SAMSUNG MZVL2512HCJQ-00B00 · S1SAMSUNG MZVL2512HCJQ-00B00 (477 GiB, nvme disk)
# Fingerprint of that disk: 38e7b8989589d1748826b6b2ad60134d8cd0045fc68b2145d997d238efe882bb
# This ERASES the disk:
#   - partition 1 “SAMSUNG MZVL2512HCJQ-00B00” (vfat, 1 GiB)
#   - partition 2 “SAMSUNG MZVL2512HCJQ-00B00” (ext4, 100 GiB)
#   - partition 3 (1 GiB)
# Note: Swap gets a new random key at every boot, so this machine cannot hibernate.
# Note: An ESP of 512 MiB can fill up after a few system generations; 1 GiB is recommended.
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

if [ "$(blockdev --getsize64 /dev/nvme0n1)" != 512110190592 ]; then
  echo 'This is not the planned disk: its size differs.' >&2
  exit 1
fi
if lsblk --noheadings --output MOUNTPOINTS /dev/nvme0n1 | grep -q '[^[:space:]]'; then
  echo 'The disk is in use: unmount it first.' >&2
  exit 1
fi
printf 'Everything on %s will be lost. Type its path to go on: ' /dev/nvme0n1
IFS= read -r answer
if [ "$answer" != /dev/nvme0n1 ]; then
  echo 'Nothing was changed.' >&2
  exit 1
fi

# 1. Check the disk
# Makes sure that this is the disk that was confirmed, that nothing uses it, and that every tool is there, before anything is written.
lsblk --output NAME,SIZE,MODEL,SERIAL,FSTYPE,LABEL,MOUNTPOINTS /dev/nvme0n1

# 2. Remove old signatures
# Clears the marks of old file systems, so that nothing later takes a leftover for real data.
wipefs --all /dev/nvme0n1p1 /dev/cciss/c0d0p2 /dev/nvme0n1

# 3. Write the partition table (3 partitions)
# The table is built in memory and written in one go; from here on the old partitions are gone.
sfdisk --wipe always --wipe-partitions always /dev/nvme0n1 <<'EOF'
label: gpt
label-id: 52FDFC07-2182-454F-963F-5F0F9A621D72
unit: sectors
first-lba: 6
last-lba: 125026896
start=256, size=131072, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=9566C74D-1003-4C4D-BBBB-0407D1E2C649, name="ESP"
start=131328, size=2097152, type=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F, uuid=81855AD8-681D-4D86-91E9-1E00167939CB, name="swap", attrs="GUID:63"
start=2228480, size=122798336, type=CA7D7CCB-63ED-4C53-861C-1742536059CC, uuid=6694D2C4-22AC-4208-A007-2939487F6999, name="nix"
EOF
udevadm settle

# 4. Encrypt the nix partition (LUKS2)
# Everything that outlives a boot lies here. Deriving the key from the passphrase takes a moment on purpose.
cryptsetup luksFormat --type luks2 --cipher aes-xts-plain64 --key-size 512 --hash sha256 --sector-size 4096 --offset 32768 --uuid 367951ba-a2ff-4cd4-b1c4-83f15fb90bad --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 32 --pbkdf-parallel 1 /dev/disk/by-partuuid/6694d2c4-22ac-4208-a007-2939487f6999

# 5. Format the EFI system partition (FAT32)
# The firmware reads the boot loader, kernels and initrds from here; it cannot be encrypted.
mkfs.fat -F 32 -S 4096 -s 1 -n BOOT -i EB9D18A4 /dev/disk/by-partuuid/9566c74d-1003-4c4d-bbbb-0407d1e2c649

# 6. Format the nix partition (ext4)
# Holds /nix and, in /nix/persist, what you choose to keep.
cryptsetup open --type luks2 /dev/disk/by-partuuid/6694d2c4-22ac-4208-a007-2939487f6999 crypted
mkfs.ext4 -q -F -L nixos -U 4784045d-87f3-467c-b227-46e995af5a25 -E hash_seed=6694d2c4-22ac-4208-a007-2939487f6999 /dev/mapper/crypted

# 7. Write the NixOS configuration (2 files)
# The flake repository that the system is built from. It is yours, and no secret is in it.
git init --quiet --initial-branch main nixos-configuration
install -D --mode 644 /dev/stdin nixos-configuration/disks.nix <<'EOF'
{ }
EOF
install -D --mode 644 /dev/stdin nixos-configuration/flake.nix <<'EOFF'
{
  description = "$(reboot) 'EOF'";
EOF
}
EOFF
git -C nixos-configuration add --all

# 8. Verify the result
# Reads everything back with other tools than those that wrote it, and opens the container with the passphrase that you typed.
sfdisk --verify /dev/nvme0n1
sgdisk --verify /dev/nvme0n1
parted --script /dev/nvme0n1 align-check optimal 1
parted --script /dev/nvme0n1 align-check optimal 2
parted --script /dev/nvme0n1 align-check optimal 3

# Next, by hand: mount a tmpfs on /mnt with mode=755, the EFI system partition on /mnt/boot with umask=0077 and the nix
# file system on /mnt/nix; put nixos-configuration into /mnt/nix/persist/etc/nixos; run nixos-install.
echo 'Done.'

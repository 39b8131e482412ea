#!/usr/bin/env bash
# Written by Lethe for /dev/nvme0n1 · SAMSUNG MZVL2512HCJQ-00B00 · S1SAMSUNG MZVL2512HCJQ-00B00 (477 GiB, nvme disk)
# Fingerprint of that disk: 38e7b8989589d1748826b6b2ad60134d8cd0045fc68b2145d997d238efe882bb
# This is a preview, made without reading what is on the disk.
# This ERASES the disk:
#   - volume group vg0 (root, SAMSUNG MZVL2512HCJQ-00B00)
#   - luks-1
# Note: What is on this disk has not been read yet, so this layout is a preview.
# Note: Swap of 8 GiB is large enough for hibernation with 8 GiB of memory.
# Note: The machine has 4 GiB of memory; a desktop with its root in memory is tight below 6 GiB.
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

# 2. Stretch the memory (compressed swap in memory)
# This machine has 4 GiB of memory, and building a system takes more. Nothing of it is written to the disk.
modprobe zram
zramctl --find --size 4294967296

# 3. Lock the inputs of the configuration (flake.lock)
# Fixes the exact revisions of nixpkgs, home-manager and impermanence, and proves that they can be reached before anything is written.
install -D --mode 644 /dev/stdin /run/lethe/inputs/flake.nix <<'EOFF'
{
  description = "$(reboot) 'EOF'";
EOF
}
EOFF
nix flake lock --extra-experimental-features 'nix-command flakes' --option allow-import-from-derivation false --option accept-flake-config false --option connect-timeout 10 --option download-attempts 1 path:/run/lethe/inputs

# 4. Take down what is built on the disk: vg0, luks-1
# Volume groups, arrays and mappings keep the disk busy. All their members lie on this disk, and nothing of them is in use.
vgchange --activate n vg0
cryptsetup close luks-1

# 5. Remove old signatures
# Clears the marks of old file systems, so that nothing later takes a leftover for real data.
wipefs --all /dev/nvme0n1

# 6. Write the partition table (3 partitions)
# The table is built in memory and written in one go; from here on the old partitions are gone.
sfdisk --wipe always --wipe-partitions always /dev/nvme0n1 <<'EOF'
label: gpt
label-id: 52FDFC07-2182-454F-963F-5F0F9A621D72
unit: sectors
first-lba: 6
last-lba: 125026896
start=256, size=262144, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, uuid=9566C74D-1003-4C4D-BBBB-0407D1E2C649, name="ESP"
start=262400, size=2097152, type=0657FD6D-A4AB-43C4-84E5-0933C84B4F4F, uuid=81855AD8-681D-4D86-91E9-1E00167939CB, name="swap"
start=2359552, size=122667264, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=6694D2C4-22AC-4208-A007-2939487F6999, name="nix"
EOF
udevadm settle

# 7. Format the EFI system partition (FAT32)
# The firmware reads the boot loader, kernels and initrds from here; it cannot be encrypted.
mkfs.fat -F 32 -S 4096 -s 1 -n BOOT -i EB9D18A4 /dev/disk/by-partuuid/9566c74d-1003-4c4d-bbbb-0407d1e2c649

# 8. Format the swap partition
# Memory that is not in use can be written here.
mkswap -L swap -U 4784045d-87f3-467c-b227-46e995af5a25 /dev/disk/by-partuuid/81855ad8-681d-4d86-91e9-1e00167939cb

# 9. Format the nix partition (ext4)
# Holds /nix and, in /nix/persist, what you choose to keep.
mkfs.ext4 -q -F -b 4096 -L nixos -U 367951ba-a2ff-4cd4-b1c4-83f15fb90bad -E hash_seed=6694d2c4-22ac-4208-a007-2939487f6999,resize=981338112 /dev/disk/by-partuuid/6694d2c4-22ac-4208-a007-2939487f6999

# 10. Mount the new system below /mnt
# The root is memory, as it will be at every boot; the nix partition and the EFI system partition are mounted into it, and every folder that is kept.
install -d -m 0755 /mnt
mount -t tmpfs -o mode=755 tmpfs /mnt
install -d -m 0755 /mnt/nix
mount -t ext4 /dev/disk/by-partuuid/6694d2c4-22ac-4208-a007-2939487f6999 /mnt/nix
install -d -m 0755 /mnt/boot
mount -t vfat -o umask=0077 /dev/disk/by-partuuid/9566c74d-1003-4c4d-bbbb-0407d1e2c649 /mnt/boot
install -d -m 0755 /mnt/nix/persist
install -d -m 0700 /mnt/nix/.lethe-tmp
install -d -m 0700 /mnt/nix/persist/etc/NetworkManager/system-connections
install -d -m 0700 /mnt/etc/NetworkManager/system-connections
mount --bind /mnt/nix/persist/etc/NetworkManager/system-connections /mnt/etc/NetworkManager/system-connections
install -d -m 0755 /mnt/nix/persist/etc/nixos
install -d -m 0755 /mnt/etc/nixos
mount --bind /mnt/nix/persist/etc/nixos /mnt/etc/nixos
install -d -m 0775 /mnt/nix/persist/var/lib/AccountsService
install -d -m 0775 /mnt/var/lib/AccountsService
mount --bind /mnt/nix/persist/var/lib/AccountsService /mnt/var/lib/AccountsService
install -d -m 0755 /mnt/nix/persist/var/lib/NetworkManager
install -d -m 0755 /mnt/var/lib/NetworkManager
mount --bind /mnt/nix/persist/var/lib/NetworkManager /mnt/var/lib/NetworkManager
install -d -m 0755 /mnt/nix/persist/var/lib/fwupd
install -d -m 0755 /mnt/var/lib/fwupd
mount --bind /mnt/nix/persist/var/lib/fwupd /mnt/var/lib/fwupd
install -d -m 0755 /mnt/nix/persist/var/lib/nixos
install -d -m 0755 /mnt/var/lib/nixos
mount --bind /mnt/nix/persist/var/lib/nixos /mnt/var/lib/nixos
install -d -m 0750 /mnt/nix/persist/var/lib/plasmalogin
install -d -m 0750 /mnt/var/lib/plasmalogin
mount --bind /mnt/nix/persist/var/lib/plasmalogin /mnt/var/lib/plasmalogin
install -d -m 0755 /mnt/nix/persist/var/lib/power-profiles-daemon
install -d -m 0755 /mnt/var/lib/power-profiles-daemon
mount --bind /mnt/nix/persist/var/lib/power-profiles-daemon /mnt/var/lib/power-profiles-daemon
install -d -m 0755 /mnt/nix/persist/var/lib/systemd
install -d -m 0755 /mnt/var/lib/systemd
mount --bind /mnt/nix/persist/var/lib/systemd /mnt/var/lib/systemd
install -d -m 0755 /mnt/nix/persist/var/lib/upower
install -d -m 0755 /mnt/var/lib/upower
mount --bind /mnt/nix/persist/var/lib/upower /mnt/var/lib/upower
install -d -m 0755 /mnt/nix/persist/var/log
install -d -m 0755 /mnt/var/log
mount --bind /mnt/nix/persist/var/log /mnt/var/log
install -d -m 1777 /mnt/nix/persist/var/tmp
install -d -m 1777 /mnt/var/tmp
mount --bind /mnt/nix/persist/var/tmp /mnt/var/tmp

# 11. Write the NixOS configuration (2 files)
# The flake repository that the system is built from. It is yours, and no secret is in it.
git init --quiet --initial-branch main /mnt/etc/nixos
install -D --mode 644 /dev/stdin /mnt/etc/nixos/disks.nix <<'EOF'
{ }
EOF
install -D --mode 644 /dev/stdin /mnt/etc/nixos/flake.nix <<'EOFF'
{
  description = "$(reboot) 'EOF'";
EOF
}
EOFF
git -C /mnt/etc/nixos add --all

# 12. Install NixOS
# Downloads or builds everything that the configuration names, and installs the boot loader. This takes the longest.
TMPDIR=/mnt/nix/.lethe-tmp XDG_CACHE_HOME=/mnt/nix/.lethe-tmp/cache HOME=/root nixos-install --root /mnt --flake '/mnt/etc/nixos#nixos' --no-root-passwd --no-channel-copy -v

# 13. Hand the configuration to its owner
# The first administrator may change it without sudo from now on. Kept folders of services get their owners, who exist only since the installation.
nixos-enter --root /mnt -- chown plasmalogin:plasmalogin /var/lib/plasmalogin

# 14. Verify the result
# Reads everything back with other tools than those that wrote it, and opens the container with the passphrase that you typed.
sfdisk --verify /dev/nvme0n1
sgdisk --verify /dev/nvme0n1
parted --script /dev/nvme0n1 align-check optimal 1
parted --script /dev/nvme0n1 align-check optimal 2
parted --script /dev/nvme0n1 align-check optimal 3

# 15. Write everything out and let go of the disk
# Unmounts what was mounted, checks the file systems once more, and closes the encryption.
rm --recursive --force -- /mnt/nix/.lethe-tmp
sync
umount /mnt/var/tmp
umount /mnt/var/log
umount /mnt/var/lib/upower
umount /mnt/var/lib/systemd
umount /mnt/var/lib/power-profiles-daemon
umount /mnt/var/lib/plasmalogin
umount /mnt/var/lib/nixos
umount /mnt/var/lib/fwupd
umount /mnt/var/lib/NetworkManager
umount /mnt/var/lib/AccountsService
umount /mnt/etc/nixos
umount /mnt/etc/NetworkManager/system-connections
umount /mnt/boot
umount /mnt/nix
umount /mnt
fsck.vfat -n /dev/disk/by-partuuid/9566c74d-1003-4c4d-bbbb-0407d1e2c649
e2fsck -f -n /dev/disk/by-partuuid/6694d2c4-22ac-4208-a007-2939487f6999

echo 'Done.'

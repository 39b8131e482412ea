#!/bin/bash
# Measures the wait for "ready for nixos-install": the walkthrough's commands as typed, one after the other without a pause, beside the
# installer whose key was derived while the user was reading. Pairs are interleaved; key derivations are of production strength on both sides.
# shellcheck disable=SC2154 # variables come from the file of the case
set -u
: >/out/left
# shellcheck source=/dev/null # id, pairs
. /share/click.env
disk=/dev/disk/by-id/$id
milliseconds() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }

walkthrough() {
  set -e
  parted --script "$disk" mklabel gpt
  parted --script --align optimal "$disk" mkpart ESP fat32 1MiB 513MiB
  parted --script "$disk" set 1 boot on
  parted --script "$disk" set 1 esp on
  parted --script --align optimal "$disk" mkpart swap linux-swap 513MiB 8705MiB
  parted --script --align optimal "$disk" mkpart nix ext4 8705MiB 100%
  for number in 1 2 3; do parted --script "$disk" align-check optimal $number; done
  udevadm settle # who types is no faster than udev
  printf 'correct horse battery staple' | cryptsetup luksFormat --batch-mode --type luks2 --key-file=- "$disk-part3"
  printf 'correct horse battery staple' | cryptsetup open --key-file=- "$disk-part3" crypted
  mkfs.fat -F 32 -n boot "$disk-part1" >/dev/null
  mkswap -L swap "$disk-part2" >/dev/null
  mkfs.ext4 -q -F -L nixos /dev/mapper/crypted
  mount -t tmpfs -o mode=755 none /mnt
  mkdir -p /mnt/boot /mnt/nix /mnt/etc/nixos /mnt/var/log
  mount -o umask=0077 "$disk-part1" /mnt/boot
  mount /dev/mapper/crypted /mnt/nix
  mkdir -p /mnt/nix/persist/etc/nixos /mnt/nix/persist/var/log
  mount --bind /mnt/nix/persist/etc/nixos /mnt/etc/nixos
  mount --bind /mnt/nix/persist/var/log /mnt/var/log
  swapon "$disk-part2"
  nixos-generate-config --no-filesystems --show-hardware-config >/mnt/etc/nixos/hardware-configuration.nix
  printf '{ }\n' >/mnt/etc/nixos/configuration.nix
  printf '{ outputs = _: { }; }\n' >/mnt/etc/nixos/flake.nix
  git -C /mnt/etc/nixos init --quiet
  git -C /mnt/etc/nixos add --all
}

# erase makes the kernel forget the partitions too, which it does not while udev looks at one.
erase() {
  wipefs --all --force --quiet "$disk"
  until blockdev --rereadpt "$disk" 2>/dev/null; do sleep 0.1; done
  udevadm settle
}

undo() {
  swapoff --all
  umount --recursive /mnt
  cryptsetup close crypted
  erase
}

for ((pair = 1; pair <= pairs; pair++)); do
  before=$(milliseconds)
  walkthrough >>/out/walkthrough.log 2>&1 & # on its own, where set -e counts
  wait $! || { echo "the walkthrough failed"; exit 1; }
  echo $(($(milliseconds) - before)) >>/out/walkthrough
  cryptsetup luksDump --dump-json-metadata "$disk-part3" >"/out/walkthrough-$pair.json"
  undo >>/out/walkthrough.log 2>&1
  /share/click "$disk" /share/flake.lock /tmp/header >>/out/ours 2>>/out/ours.log || { tail -n 60 /out/ours.log; exit 1; }
  cryptsetup luksDump --dump-json-metadata /tmp/header >"/out/ours-$pair.json"
  printf 'correct horse battery staple' | cryptsetup open --test-passphrase --key-file=- /tmp/header || exit 1
  { grep -E ' /mnt| /run/lethe' /proc/self/mountinfo; dmsetup ls | grep -v '^No devices'; pgrep -x cryptsetup; } >>/out/left
  erase
  echo "PAIR $pair: $(tail -n 1 /out/walkthrough) ms by hand, $(tail -n 1 /out/ours) ms with the key derived ahead"
done

#!/usr/bin/env bash
# The blog walkthrough's own commands on an image file, as far as they need no root. Root's parts are replaced by the
# nearest thing: a partition is a file of its own, and opening the container is proving the passphrase.
# Usage: walkthrough.sh FOLDER KDF-OPTION…   (the passphrase is on standard input)
set -euo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
cd "$1"
shift
passphrase=$(cat)
truncate --size 40GiB disk.img
parted --script disk.img mklabel gpt
parted --script --align optimal disk.img mkpart ESP fat32 1MiB 513MiB
parted --script disk.img set 1 boot on
parted --script disk.img set 1 esp on
parted --script --align optimal disk.img mkpart swap linux-swap 513MiB 8705MiB
parted --script --align optimal disk.img mkpart nix ext4 8705MiB 100%
for number in 1 2 3; do
  parted --script disk.img align-check optimal "$number"
done
truncate --size 512MiB boot.part
truncate --size 8GiB swap.part
truncate --size 33820770304 nix.part
printf %s "$passphrase" | cryptsetup luksFormat --batch-mode --type luks2 --key-file=- "$@" nix.part
printf %s "$passphrase" | cryptsetup open --test-passphrase --key-file=- nix.part
mkfs.fat -F 32 -n boot boot.part >/dev/null 2>&1
mkswap -L swap swap.part >/dev/null 2>&1
truncate --size 33803993088 inner.part
mkfs.ext4 -q -F -L nixos inner.part
parted --script disk.img unit s print >/dev/null
mkdir nixos
printf '{ outputs = { self, nixpkgs }: { nixosConfigurations.blitzar = nixpkgs.lib.nixosSystem { modules = [ ./configuration.nix ]; }; }; }\n' >nixos/flake.nix
printf '{ }\n' >nixos/configuration.nix
git -C nixos init --quiet
git -C nixos add --all

#!/bin/bash
# Plays nixos-install in a second, where what is built does not matter: it leaves what the installer looks for afterwards, and nothing
# that would start.
set -e
umask 0022
root=/mnt
[ "$1" = --root ] && root=$2
[ -e "$root/etc/nixos/flake.nix" ] || { echo "error: no flake.nix in $root/etc/nixos" >&2; exit 1; }
system=/nix/store/00000000000000000000000000000000-played
echo "building '$system.drv'..." >&2
mkdir -p "$root$system/bin" "$root/nix/var/nix/profiles" "$root/etc"
for program in init activate bin/switch-to-configuration; do
  printf '#!/bin/sh\n' >"$root$system/$program"
  chmod 755 "$root$system/$program"
done
ln -sfn "$system" "$root/nix/var/nix/profiles/system-1-link"
ln -sfn system-1-link "$root/nix/var/nix/profiles/system"
touch "$root/etc/NIXOS"
boot=$root/boot
mkdir -p "$boot"/EFI/{systemd,BOOT,nixos} "$boot/loader/entries"
cp /opt/parts/systemd-bootx64.efi "$boot/EFI/systemd/systemd-bootx64.efi"
cp /opt/parts/systemd-bootx64.efi "$boot/EFI/BOOT/BOOTX64.EFI"
echo played >"$boot/EFI/nixos/linux.efi"
echo played >"$boot/EFI/nixos/initrd.efi"
printf 'title NixOS\nlinux /EFI/nixos/linux.efi\ninitrd /EFI/nixos/initrd.efi\noptions init=%s/init\n' "$system" >"$boot/loader/entries/nixos-generation-1.conf"
printf 'default nixos-generation-1.conf\n' >"$boot/loader/loader.conf"
sync --file-system "$root/nix"
echo "installation finished!" >&2

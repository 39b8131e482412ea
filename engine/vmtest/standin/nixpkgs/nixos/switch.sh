# shellcheck shell=dash disable=SC2154 # variables of Nix or of the head that build.sh adds
# switch-to-configuration boot: boot loader, kernel, initrd and an entry on the EFI system partition, and, when installing, an entry
# in the firmware's memory. It writes what NixOS' builder for systemd-boot writes. "switch" does the same and then changes what runs.
set -eu
case ${1:-} in
  boot | switch) ;;
  *) echo "the stand-in only knows: boot, switch" >&2; exit 1 ;;
esac
boot=/boot
tab=$(printf '\t')
grep -q " $boot vfat " /proc/mounts || { echo "error: $boot is not a mounted EFI system partition" >&2; exit 1; }
profile=$(readlink /nix/var/nix/profiles/system)
generation=${profile#system-}
generation=${generation%-link}
mkdir -p $boot/EFI/systemd $boot/EFI/BOOT $boot/EFI/nixos $boot/loader/entries
if [ "${NIXOS_INSTALL_BOOTLOADER:-}" = 1 ]; then
  cp "$system/systemd-bootx64.efi" $boot/EFI/systemd/systemd-bootx64.efi
  cp "$system/systemd-bootx64.efi" $boot/EFI/BOOT/BOOTX64.EFI
fi
hash=$(basename "$system" | cut -c1-32)
cp "$(readlink -f "$system/kernel")" "$boot/EFI/nixos/$hash-linux-bzImage.efi"
cp "$system/initrd" "$boot/EFI/nixos/$hash-initrd-linux-initrd.efi"
cat >"$boot/loader/entries/nixos-generation-$generation.conf" <<END
title NixOS
sort-key nixos
version Generation $generation NixOS stand-in
linux /EFI/nixos/$hash-linux-bzImage.efi
initrd /EFI/nixos/$hash-initrd-linux-initrd.efi
options init=$system/init $(cat "$system/kernel-params") console=ttyS0 quiet mitigations=off no_timer_check
END
printf 'timeout 0\ndefault nixos-generation-%s.conf\neditor no\n' "$generation" >$boot/loader/loader.conf
head -c 32 /dev/urandom >$boot/loader/random-seed
sync

# change makes the running system the new one. It does what systemd does with the mount units that impermanence makes: those that the new
# configuration lacks are stopped, /etc is made anew, and those that the old one lacked are started, over what lies there.
change() (
  set +eu
  old=$(readlink /run/current-system)
  # shellcheck source=/dev/null # of the new system
  . "$system/keep.sh"
  while IFS="$tab" read -r kind storage path _; do
    grep -qF "$kind$tab$storage$tab$path$tab" "$system/tables/keep" && continue
    echo "stopping $path"
    if [ "$kind" = file ]; then rm -f "$path"; else umount "$path"; fi || echo "cannot hide $path" >&2
  done <"$old/tables/keep"
  "$system/activate"
  keep root
  own
  keep homes
)
if [ "$1" = switch ]; then
  change || echo "warning: not all of the new system runs" >&2
fi

[ "${NIXOS_INSTALL_BOOTLOADER:-}" = 1 ] || exit 0
device=$(awk -F"$tab" -v at=$boot '$2==at{print $1}' "$system/tables/fstab")
node=$(basename "$(readlink -f "$device")")
disk=$(basename "$(readlink -f "/sys/class/block/$node/..")")
number=$(cat "/sys/class/block/$node/partition")
efibootmgr --quiet --create --disk "/dev/$disk" --part "$number" --label "Linux Boot Manager" \
  --loader '\EFI\systemd\systemd-bootx64.efi' || echo "warning: the firmware keeps no entry; booting by the fallback path" >&2

# shellcheck shell=dash disable=SC2154,SC1091 # variables of Nix or of the head that build.sh adds
# The first process of the installed system: shows what is kept, activates, mounts the rest, swaps, and, in a test, hands over to
# what the test brought along.
export DM_DISABLE_UDEV=1
. "$system/keep.sh"
tables=$system/tables

# mounts does the second stage of the table.
mounts() {
  while IFS="$tab" read -r device at type options when; do
    [ "$when" = stage2 ] || continue
    mkdir -p "$at"
    mount -t "$type" -o "$options" "$device" "$at" || echo "BOOT FAILED: cannot mount $device on $at"
  done <"$tables/fstab"
}

swap() {
  while IFS="$tab" read -r device kind; do
    if [ "$kind" = random ]; then
      name=$(echo "${device#/}" | sed 's|-|\\x2d|g; s|/|-|g')
      cryptsetup open --type plain --cipher aes-xts-plain64 --key-size 256 --key-file /dev/urandom "$device" "$name" </dev/null \
        || echo "BOOT FAILED: cannot open swap $device"
      device=/dev/mapper/$name
      mkswap "$device" >/dev/null
    fi
    swapon "$device" || echo "BOOT FAILED: cannot swap on $device"
  done <"$tables/swaps"
}

touch /etc/passwd 2>/dev/null || { mkdir -p /etc; touch /etc/passwd; }
keep root
"$system/activate"
own
keep homes
mounts
swap
hostname "$(cat /etc/hostname)"
[ -s /etc/machine-id ] || od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >/etc/machine-id
mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2>/dev/null
mkdir -p /run/share
if mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=262144,ro share /run/share; then
  exec sh /run/share/booted.sh
fi
echo "The stand-in system is up."
exec sh

#!/bin/busybox sh
# shellcheck shell=dash
# The installed system's first stage: finds devices by the names of the tables and by nothing else, unlocks, mounts the root and
# what is needed early, and hands over.
export PATH=/bin:/sbin DM_DISABLE_UDEV=1 LD_LIBRARY_PATH=/lib
tab=$(printf '\t')

die() {
  echo "BOOT FAILED: $*"
  sync
  poweroff -f
}

# names makes what udev would: /dev/disk/by-uuid and the like, for every partition and disk.
names() {
  awk 'NR>2{print $4}' /proc/partitions | while read -r node; do
    blkid -p -o export "/dev/$node" 2>/dev/null | while IFS='=' read -r key value; do
      case $key in
        UUID) folder=by-uuid ;;
        PART_ENTRY_UUID) folder=by-partuuid ;;
        *) continue ;;
      esac
      mkdir -p "/dev/disk/$folder"
      ln -sf "../../$node" "/dev/disk/$folder/$value"
    done
  done
}

# await waits for a device of a table.
await() {
  tries=0
  until [ -b "$1" ]; do
    tries=$((tries + 1))
    [ $tries -le 20 ] || die "$1 does not appear"
    names
    sleep 0.2
  done
}

# stage mounts what the table says for a stage below /sysroot.
stage() {
  while IFS="$tab" read -r device at type options when <&3; do
    [ "$when" = stage1 ] || continue
    [ "$type" = tmpfs ] || await "$device"
    mkdir -p "/sysroot$at"
    mount -t "$type" -o "$options" "$device" "/sysroot$at" || die "cannot mount $device on $at"
  done 3</tables/fstab
}

while IFS="$tab" read -r name device options <&3; do
  await "$device"
  discard=
  [ "$options" = discard ] && discard=--allow-discards
  # The prompt is cryptsetup's own.
  cryptsetup open --type luks2 $discard "$device" "$name" || die "cannot unlock $device"
done 3</tables/crypttab
stage
system=$(sed -n 's/.*init=\([^ ]*\).*/\1/p' /proc/cmdline)
[ -x "/sysroot$system" ] || [ -L "/sysroot$system" ] || die "no system at $system"
for folder in proc sys dev run; do
  mkdir -p "/sysroot/$folder"
  mount --move "/$folder" "/sysroot/$folder" 2>/dev/null || mount -t tmpfs -o mode=755 tmpfs "/sysroot/$folder"
done
exec switch_root /sysroot "$system"

#!/bin/busybox sh
# shellcheck shell=dash
# The first process of every guest. A second initrd that has /stage1 takes over from it (the installed system's does);
# else this is the live system: the Debian tree with a tmpfs above it, and /share/live.sh.
bb=/bin/busybox
$bb mkdir -p /proc /sys /dev /run /root
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
$bb mkdir -p /dev/pts /dev/shm
while read -r module; do
  $bb insmod "/modules/$module" 2>/dev/null
done </modules/order
export PATH=/bin
$bb --install -s /bin 2>/dev/null
[ -e /stage1 ] && exec /stage1

die() { echo "guest: $*"; poweroff -f; }

# live_disk prints the disk whose first bytes are a squashfs.
live_disk() {
  for disk in /sys/block/vd*; do
    device=/dev/${disk##*/}
    [ "$(dd if="$device" bs=4 count=1 2>/dev/null)" = hsqs ] && echo "$device" && return
  done
}

mkdir -p /tree /upper /new /share
tries=0
until disk=$(live_disk) && [ -n "$disk" ]; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || die "the live medium does not appear"
  sleep 0.1
done
mount -t squashfs -o ro "$disk" /tree || die "cannot mount the live medium"
mount -t tmpfs -o size=90% tmpfs /upper
mkdir /upper/files /upper/scratch
mount -t overlay -o lowerdir=/tree,upperdir=/upper/files,workdir=/upper/scratch overlay /new || die "cannot mount overlay"
for folder in proc sys dev; do mount --move /$folder /new/$folder; done
mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=262144,ro share /new/share || die "cannot mount share"
exec switch_root /new /bin/bash /share/live.sh

#!/bin/sh
# Runs at the end of the installed system's start, as its first process. The system has next to no programs, so those of the guest
# tree are put below /usr, on the tmpfs root; then proof.sh, or what the case names as script, says what it finds.
mkdir -p /run/tools /usr
for disk in /sys/block/vd*; do
  device=/dev/${disk##*/}
  [ "$(dd if="$device" bs=4 count=1 2>/dev/null)" = hsqs ] && mount -t squashfs -o ro "$device" /run/tools && break
done
for folder in bin sbin lib lib64 share; do
  [ -e "/usr/$folder/env" ] && rm -rf "/usr/${folder:?}"
  ln -sfn /run/tools/usr/$folder /usr/$folder
done
for folder in lib lib64 sbin; do ln -sfn usr/$folder /$folder; done
mkdir -p /run/out
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /run/out
export PATH=/usr/bin:/usr/sbin HOME=/root LC_ALL=C
script=$(sed -n 's/^script=//p' /run/share/case.env)
script=${script:-proof}
bash "/run/share/$script.sh" >"/run/out/$script.log" 2>&1
code=$?
umount /run/out
sync
busybox swapoff -a
umount /boot
mount -o remount,ro /nix
echo "BOOTED EXIT $code"
/run/tools/usr/bin/busybox poweroff -f

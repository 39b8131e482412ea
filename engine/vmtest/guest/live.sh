#!/bin/bash
# The live system's first process: what an installer's session has, then a script of the share (install.sh, or what the kernel's
# command line says as script=NAME), then power off. The exit code goes to the serial port.
export PATH=/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
cd /
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs tmpfs /tmp
chmod 1777 /tmp
mkdir -p /dev/pts /dev/shm /run/lock
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t efivarfs efivarfs /sys/firmware/efi/efivars || echo "LIVE no efivarfs"
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 out /out || echo "LIVE no out"
mkdir -p /run/current-system/sw
ln -s /share/bin /run/current-system/sw/bin
/usr/lib/systemd/systemd-udevd --daemon
udevadm trigger --subsystem-match=block --action=add
udevadm settle
busybox hostname live
ip link set lo up 2>/dev/null
cat /proc/uptime >/out/uptime
script=$(sed -n 's/.*script=\([a-z]*\).*/\1/p' /proc/cmdline)
bash "/share/${script:-install}.sh"
echo "LIVE EXIT $?"
sync
busybox poweroff -f

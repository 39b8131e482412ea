#!/usr/bin/env bash
# Tries a live medium in a virtual machine: UEFI firmware, a disk of 40 GiB, a shared clipboard.
#
#   nix/vm.sh --iso FILE [OPTION…] [-- QEMU ARGUMENTS…]
#
# --iso FILE        the live medium; without it, the machine starts from its disk
# --disk KIND       virtio (default) or nvme
# --size SIZE       of a new disk: 40G
# --memory MIB      8192
# --state FOLDER    where disk and firmware variables are kept: $XDG_STATE_HOME/lethe-vm
# --fresh           begin with a blank disk and new firmware variables
# --display KIND    spice (default: a window with clipboard, from remote-viewer), gtk, or none (text on this terminal)
# --accel KIND      kvm (default, where /dev/kvm can be used) or tcg
# --print           print the command and do nothing
#
# LETHE_OVMF_CODE, LETHE_OVMF_VARS  the firmware, where it is not found by itself
set -euo pipefail

fail() {
	echo "vm.sh: $*" >&2
	exit 2
}

iso="" accel="" disk=virtio size=40G memory=8192 display=spice fresh="" print=""
state=${XDG_STATE_HOME:-${HOME:?}/.local/state}/lethe-vm
while [ $# -gt 0 ]; do
	case $1 in
	--iso | --disk | --size | --memory | --state | --display | --accel)
		[ $# -ge 2 ] || fail "$1 needs a value"
		printf -v "${1#--}" %s "$2"
		shift
		;;
	--fresh) fresh=1 ;;
	--print) print=1 ;;
	--help)
		sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
		exit 0
		;;
	--)
		shift
		break
		;;
	*) fail "there is no option $1; see --help" ;;
	esac
	shift
done
[ -z "$iso" ] || [ -r "$iso" ] || fail "cannot read $iso; make one with: nix build .#iso"

# Pairs of code and variables as distributions ship them: Debian, Fedora, Arch, openSUSE.
firmware() {
	local pair code vars
	for pair in "${LETHE_OVMF_CODE:-}:${LETHE_OVMF_VARS:-}" \
		/usr/share/OVMF/OVMF_CODE_4M.fd:/usr/share/OVMF/OVMF_VARS_4M.fd \
		/usr/share/edk2/ovmf/OVMF_CODE.fd:/usr/share/edk2/ovmf/OVMF_VARS.fd \
		/usr/share/edk2/x64/OVMF_CODE.4m.fd:/usr/share/edk2/x64/OVMF_VARS.4m.fd \
		/usr/share/qemu/ovmf-x86_64-code.bin:/usr/share/qemu/ovmf-x86_64-vars.bin; do
		code=${pair%%:*} vars=${pair##*:}
		if [ -r "$code" ] && [ -r "$vars" ]; then
			printf '%s\n%s\n' "$code" "$vars"
			return
		fi
	done
	fail "there is no UEFI firmware for virtual machines here; install OVMF (Debian: ovmf, Fedora: edk2-ovmf), or set LETHE_OVMF_CODE and LETHE_OVMF_VARS"
}
found=$(firmware)
code=${found%%$'\n'*} vars=${found##*$'\n'}

image=$state/disk.qcow2 variables=$state/variables.fd
if [ -z "$print" ]; then
	mkdir -p "$state"
	[ -z "$fresh" ] || rm -f "$image" "$variables"
	[ -e "$image" ] || qemu-img create -q -f qcow2 "$image" "$size"
	[ -e "$variables" ] || install -m 600 "$vars" "$variables"
fi

if [ -z "$accel" ]; then
	accel=tcg
	[ ! -w /dev/kvm ] || accel=kvm
fi
cpu=max
[ "$accel" != kvm ] || cpu=host
arguments=(
	-name Lethe -machine "q35,accel=$accel" -cpu "$cpu" -smp 4 -m "$memory"
	-drive "if=pflash,format=raw,readonly=on,file=$code"
	-drive "if=pflash,format=raw,file=$variables"
	-drive "if=none,id=disk,format=qcow2,discard=unmap,file=$image"
	-nic "user,model=virtio-net-pci" -device virtio-rng-pci -device qemu-xhci -device usb-tablet
	# The guest agent, for whoever talks to it (QMP's guest-… through socat).
	-device virtio-serial-pci -chardev "socket,id=agent,path=$state/agent.sock,server=on,wait=off"
	-device "virtserialport,chardev=agent,name=org.qemu.guest_agent.0"
)
case $disk in
virtio) arguments+=(-device "virtio-blk-pci,drive=disk,serial=lethe-vm,bootindex=1") ;;
nvme) arguments+=(-device "nvme,drive=disk,serial=lethe-vm,bootindex=1") ;;
*) fail "there is no disk $disk; choose virtio or nvme" ;;
esac
# The disk comes first: blank, it is passed over; installed, it starts.
[ -z "$iso" ] || arguments+=(-drive "if=none,id=medium,media=cdrom,readonly=on,file=$iso" -device "ide-cd,drive=medium,bootindex=2")
case $display in
spice) arguments+=(-vga virtio -display spice-app -chardev "spicevmc,id=clipboard,name=vdagent") ;;
gtk) arguments+=(-vga virtio -display gtk -chardev "qemu-vdagent,id=clipboard,name=vdagent,clipboard=on") ;;
none) arguments+=(-display none -serial mon:stdio) ;;
*) fail "there is no display $display; choose spice, gtk or none" ;;
esac
[ "$display" = none ] || arguments+=(-device "virtserialport,chardev=clipboard,name=com.redhat.spice.0")

[ -z "$print" ] || { printf '%q ' qemu-system-x86_64 "${arguments[@]}" "$@"; echo; exit 0; }
exec qemu-system-x86_64 "${arguments[@]}" "$@"

#!/bin/sh
# Makes the images of this folder with the tools that people use, so that the table reader is checked against them.
# Needs parted, sfdisk, fdisk, sgdisk, mkfs.fat and bzip2. Made with parted 3.5, util-linux 2.38 and sgdisk 1.0.9 on
# Debian 12 on 2026-11-22. The .json files beside them are sfdisk's own view of the same images.
set -eu
cd "$(dirname "$0")"
PATH=$PATH:/usr/sbin:/sbin
size=16M

new() { rm -f "$1"; truncate -s "$size" "$1"; }
# fdisk's -b is the only way to have another sector size on a plain file
dump() { sfdisk -J "$1" >"$1.json"; }
pack() { bzip2 -9 -f "$1"; }

new parted-512.img
parted -s parted-512.img mklabel gpt mkpart ESP fat32 1MiB 5MiB mkpart swap linux-swap 5MiB 8MiB mkpart nix ext4 8MiB 100% set 1 esp on
dump parted-512.img; pack parted-512.img

new sfdisk-512.img
sfdisk -q sfdisk-512.img <<TABLE
label: gpt
label-id: 2B7B9B4E-0C3D-4B57-9A31-7F3C9D3D1C11
start=2048, size=4096, type=U, name="EFI System", uuid=11111111-2222-4333-8444-555555555555
start=8192, size=8192, type=L, name="Größe ☃"
TABLE
dump sfdisk-512.img; pack sfdisk-512.img

new sgdisk-512.img
sgdisk -a 1 -n 3:40:2047 -t 3:ef02 -c 3:bios -n 1:2048:0 -t 1:8309 sgdisk-512.img >/dev/null
dump sgdisk-512.img; pack sgdisk-512.img

new hybrid-512.img
sgdisk -n 1:2048:8191 -n 2:8192:0 -h 1 hybrid-512.img >/dev/null
pack hybrid-512.img

new fdisk-4096.img
printf 'g\nn\n1\n\n+4M\nn\n2\n\n\nw\n' | fdisk -b 4096 fdisk-4096.img >/dev/null
pack fdisk-4096.img

new sfdisk-dos.img
sfdisk -q sfdisk-dos.img <<TABLE
label: dos
label-id: 0x1f2e3d4c
start=2048, size=4096, type=c, bootable
start=6144, size=20480, type=5
start=8192, size=4096, type=83
start=14336, size=4096, type=82
start=20480, size=2048, type=83
TABLE
dump sfdisk-dos.img; pack sfdisk-dos.img

new vfat.img
mkfs.fat -F 16 -n DATA vfat.img >/dev/null
pack vfat.img

#!/bin/sh
# Regenerates golden/: what real tools make of the geometries in cases.txt. Run it by `make golden`. It needs go, parted,
# sfdisk, fdisk, sgdisk and jq, no privilege, and about 10 MB for sparse images.
#
# One direction: NAME.parted is what parted makes of IEC sizes, NAME.fdisk what sfdisk (or fdisk, for 4096-byte
# sectors, which sfdisk 2.38 cannot do on a file) makes of the same sizes. Other direction: NAME.ours is our own layout
# as an sfdisk script, written by `go test -update`, and NAME.accepted is what the tools read back and say of it.
set -eu
PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C
export PATH LC_ALL
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$here/golden"
(cd "$here/.." && go test -count=1 -run '^TestOurLayoutIsAccepted$' . -update)
cd "$work"
# parted calls udevadm after every change, which a file does not need and a bare container does not have.
mkdir bin
ln -s /bin/true bin/udevadm
PATH=$work/bin:$PATH

# blank BYTES makes a new sparse disk.img.
blank() {
	rm -f disk.img
	truncate -s "$1" disk.img
}

# table prints the partitions of disk.img as "number first last", read by parted.
table() {
	parted -s -m disk.img unit s print | tr -d 's;' | awk -F: '/^[0-9]+:/ { print $1, $2, $3 }'
}

# from_parted ESP SWAP partitions by IEC units.
from_parted() {
	next=$((1 + $1))
	set -- "$2" mklabel gpt mkpart ESP fat32 1MiB "${next}MiB"
	swap=$1
	shift
	if [ "$swap" -gt 0 ]; then
		set -- "$@" mkpart swap linux-swap "${next}MiB" "$((next + swap))MiB"
		next=$((next + swap))
	fi
	parted -s disk.img "$@" mkpart nix "${next}MiB" 100%
}

# from_sfdisk ESP SWAP partitions by sizes and lets sfdisk choose every start and the last end.
from_sfdisk() {
	{
		echo "label: gpt"
		echo "size=$1MiB"
		[ "$2" -eq 0 ] || echo "size=$2MiB"
		echo ";"
	} | sfdisk -q disk.img
}

# from_fdisk ESP SWAP answers fdisk's questions in the same way.
from_fdisk() {
	{
		printf 'g\nn\n\n\n+%sM\n' "$1"
		[ "$2" -eq 0 ] || printf 'n\n\n\n+%sM\n' "$2"
		printf 'n\n\n\n\nw\n'
	} | fdisk -b 4096 disk.img >fdisk.log 2>&1 || { cat fdisk.log >&2; exit 1; }
}

# accepted NAME SECTOR writes our layout and records what the tools think of it.
accepted() {
	if [ "$2" -eq 512 ]; then
		sfdisk -q disk.img <"$here/golden/$1.ours"
		sfdisk --json disk.img | jq -r '.partitiontable.partitions[] | [.type, .uuid, .name, .attrs // "-"] | join(" ")'
		sfdisk --verify disk.img | grep '^No errors'
		sgdisk -v disk.img | grep -o 'No problems found'
	else
		set -- "$1" mklabel gpt
		# The script's lines read "start=N, size=N, …".
		while IFS=' =,' read -r word start _ size _; do
			[ "$word" = start ] || continue
			set -- "$@" mkpart part "${start}s" "$((start + size - 1))s"
		done <"$here/golden/$1.ours"
		shift
		parted -s -a none disk.img "$@"
		fdisk -b 4096 -l -o Start,End disk.img | awk '/^ *[0-9]+ +[0-9]+$/ { print $1, $2 }'
	fi
	table
	for number in $(table | cut -d' ' -f1); do
		for kind in minimal optimal; do
			parted -s disk.img align-check "$kind" "$number" && echo "$number $kind"
		done
	done
}

grep -v '^#' "$here/cases.txt" | while read -r name bytes sector esp swap; do
	PARTED_SECTOR_SIZE=$sector
	export PARTED_SECTOR_SIZE
	blank "$bytes"
	from_parted "$esp" "$swap"
	table >"$here/golden/$name.parted"
	blank "$bytes"
	if [ "$sector" -eq 512 ]; then from_sfdisk "$esp" "$swap"; else from_fdisk "$esp" "$swap"; fi
	table >"$here/golden/$name.fdisk"
	blank "$bytes"
	accepted "$name" "$sector" >"$here/golden/$name.accepted"
done

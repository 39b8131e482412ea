#!/bin/bash
# Writes ten tables to a disk, one over the other, and after each asks the kernel, udev and blkid, independently of one another, which
# partition is which. NVMe gives out minor numbers anew each time, so names and their order prove nothing.
# shellcheck disable=SC2154 # variables come from the file of the case; quotes are for inner shells
set -u
# shellcheck source=/dev/null # id
. /share/repartition.env
disk=/dev/disk/by-id/$id
name=$(basename "$(readlink -f "$disk")")
problems=0
wrong() { echo "WRONG round $round: $*" && problems=$((problems + 1)); }

# judge compares one partition with what was meant.
judge() { # number role partuuid first last
  local link=/dev/disk/by-partuuid/$3 node sys factor want
  node=$(basename "$(readlink -f "$link")")
  sys=/sys/class/block/$node
  [ -b "$link" ] || { wrong "no link for $2"; return; }
  [ "$(basename "$(readlink -f "$sys/..")")" = "$name" ] || wrong "$2 is on another disk: $node"
  factor=$(($(cat "/sys/block/$name/queue/logical_block_size") / 512))
  want="$1 $(($4 * factor)) $((($5 - $4 + 1) * factor))"
  [ "$(cat "$sys/partition" "$sys/start" "$sys/size" | xargs)" = "$want" ] || wrong "the kernel's $node is not $2 ($want)"
  [ "$(cat "$sys/dev")" = "$(stat -L -c '%Hr:%Lr' "$link")" ] || wrong "$link is not the kernel's $node"
  [ "$(blkid -p -o value -s PART_ENTRY_UUID "/dev/$node")" = "$3" ] || wrong "blkid finds another partition in $node than $2"
  [ "$(blkid -p -o value -s PART_ENTRY_NUMBER "/dev/$node")" = "$1" ] || wrong "blkid numbers $node differently than $2"
}

for round in 1 2 3 4 5 6 7 8 9 10; do
  mode=random-key
  [ $((round % 3)) = 0 ] && mode=none
  # What an earlier round left in a partition must not confuse the next.
  [ $((round % 4)) = 0 ] && mkfs.ext4 -q -F "$disk-part1"
  if ! /share/repartition "$disk" $mode $((1024 + round * 7))MiB >/tmp/meant; then
    wrong "cannot repartition"
    continue
  fi
  # When the last writer lets go, udev makes the kernel read the table once more, a moment later.
  sleep 0.5
  udevadm settle
  while read -r number role partuuid first last; do
    judge "$number" "$role" "$partuuid" "$first" "$last"
  done </tmp/meant
  count=$(find "/sys/block/$name/" -maxdepth 2 -name partition | wc -l)
  [ "$count" = "$(wc -l </tmp/meant)" ] || wrong "the kernel has $count partitions"
  echo "ROUND $round: $(for n in "/sys/block/$name/$name"*; do echo "$(basename "$n")=$(cat "$n/dev")"; done | xargs)"
done
exit $((problems > 0))

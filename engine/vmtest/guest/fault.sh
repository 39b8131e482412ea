#!/bin/bash
# Runs the cases below /share/cases one after the other, each an installation to which something happens, and one without; writes down
# in /out/cases what became of them. The host does what a guest cannot do to itself: it is asked through a file.
# shellcheck disable=SC2154 # variables come from the file of the case
set -u
# shellcheck source=/dev/null # disk.sh
. /share/disk.sh
# shellcheck source=/dev/null # faults.sh
. /share/faults.sh
# shellcheck source=/dev/null # hunt.sh
. /share/hunt.sh

# ask lets the host do something, and prints its answer.
ask() {
  echo "$*" >/out/ask.new
  mv /out/ask.new /out/ask
  until [ -e /out/answer ]; do sleep 0.05; done
  cat /out/answer
  rm /out/answer
}

# call_through puts the recorder before every program that may be called.
call_through() {
  local name
  mkdir -p /record /run/hook /run/played
  rm /run/current-system/sw/bin
  mkdir /run/current-system/sw/bin
  for name in nixos-install nixos-generate-config cryptsetup mkfs.fat mkfs.ext4 mkswap mount umount udevadm sync blkid sfdisk sgdisk parted \
    fsck.vfat e2fsck nix nix-env nix-instantiate git modprobe zramctl swapon swapoff vgchange lvs pvs mdadm dmsetup efibootmgr systemd-detect-virt; do
    ln -s /share/record.sh "/run/current-system/sw/bin/$name"
  done
}

# hook lets a program that is called do something first. $program is the real one, "$@" what it is called with.
hook() { # program code
  printf '%s\n' "$2" >"/run/hook/$1"
}

# attempt installs, or continues, and writes down how that ended and what is left behind.
attempt() { # out install|continue
  local out=$1 words=() user
  mkdir -p "$out"
  [ "$luks" = true ] && words+=(--passphrase-file "$phrase")
  if [ "$2" = install ]; then
    for user in "${users[@]}"; do words+=(--password-file "$user=$case/passwords/$user"); done
    [ "$luks" = true ] && words+=("--kdf=4,32,1")
    words+=(--yes-erase "$id" --lock-file "$case/flake.lock" "$case/wishes.toml")
  else
    words+=(--yes)
  fi
  : >"$out/jsonl"
  # shellcheck disable=SC2094 # what is written is looked at only afterwards
  /share/lethe-engine "$2" --disk "$disk" "${words[@]}" --report "$out/report" --json > >(observe "$out/jsonl") 2>"$out/err" &
  engine=$!
  during "$out"
  wait $engine
  echo $? >"$out/code"
  sleep 0.3
  cp -r /run/lethe "$out/lethe" 2>/dev/null
  left "$out"
}

# observe passes events on and, when the step begins at which something is to happen, does it.
observe() { # file
  local line
  while read -r line; do
    printf '%s\n' "$line" >>"$1"
    case $line in
      *'"kind":"step-start","step":"'"${step:-none}"'"'*) [ "$(basename "$(dirname "$1")")" = first ] && strike & ;;
    esac
  done
}

# strike ends the root side, or both sides, or cuts the power, some time after the step began.
strike() {
  sleep "$delay"
  case $fault in
    kill-root) pkill -KILL -f 'lethe-engine serve' ;;
    kill-both) pkill -KILL lethe-engine ;;
    kill-window) pkill -KILL -f 'lethe-engine install' ;;
    cut) ask cut ;;
  esac
}

# left writes down what an attempt left mounted, opened, swapped on or locked.
left() { # out
  local out=$1 name
  udevadm settle
  name=$(basename "$(readlink -f "$disk")")
  { grep -E " /mnt|/dev/(mapper/|$name)" /proc/self/mountinfo
    find "/sys/block/$name/" -path '*/holders/*' 2>/dev/null
    dmsetup ls | grep -v '^No devices found'
    tail -n +2 /proc/swaps
    ls -A /mnt
    pgrep -a lethe-engine
    [ -e /run/lethe/held.json ] && cat /run/lethe/held.json
    [ -e /run/lethe/lock ] && { flock -n /run/lethe/lock true || echo "the lock is held"; }
    [ -b "$disk" ] && { flock -n "$disk" true || echo "the disk is locked"; }
  } >"$out/left" 2>/dev/null
}

# settled is a digest of the disk's whole content, by the host.
settled() {
  sync
  blockdev --flushbufs "$disk"
  ask digest "$serial"
}

one() { # folder
  local case=$1 place=/out/cases/${1##*/} disk phrase engine out
  local id serial luks users soil fault step delay first second full
  # shellcheck source=/dev/null # of the case
  . "$case/env"
  disk=/dev/disk/by-id/$id phrase=$case/passphrase out=$place
  echo "CASE ${1##*/} at $(cut -d' ' -f1 /proc/uptime)"
  mkdir -p "$out"
  rm -rf /run/hook /run/lethe /record
  mkdir -p /run/hook /record
  rm -f /run/played/nixos-install
  [ "$full" = true ] || cp /share/quick.sh /run/played/nixos-install
  chmod 755 /run/played/* 2>/dev/null
  [ "$soil" = none ] || fresh
  soil "$soil" "$disk"
  during() { :; }
  if type -t "break_$fault" >/dev/null; then
    "break_$fault" >"$out/break.log" 2>&1 || touch "$out/whole"
  fi
  settled >"$out/before"
  attempt "$out/first" "$first"
  rm -rf /run/hook && mkdir /run/hook
  during() { :; }
  [ -b "$disk" ] && settled >"$out/after"
  type -t "heal_$fault" >/dev/null && "heal_$fault" >"$out/heal.log" 2>&1
  step=''
  [ "$second" = none ] || attempt "$out/second" "$second"
  hunt "$out"
  cp -r /record "$out/record"
  echo "DONE ${1##*/} at $(cut -d' ' -f1 /proc/uptime)"
}

ln -sfn /proc/self/fd /dev/fd
call_through
for folder in /share/cases/*/; do one "${folder%/}"; done

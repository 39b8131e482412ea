# shellcheck shell=bash disable=SC2154,SC2317 # variables of fault.sh, which sources this; functions for later
# Where secrets could be that only the guest can look into. What it copied to /out is searched by the host.

# seek searches places and keeps what was found.
seek() { # file place...
  local to=$1
  shift
  /share/hunt "$case/passphrase=passphrase" "$case/passwords/${users[0]}=password" -- "$@" >>"$to" 2>&1
}

# hunt looks into what was installed (boot loader, store, configuration), and into swap in memory.
hunt() { # out
  local nix places=(/run/lethe /tmp)
  [ -b "$disk" ] || return
  nix=$(partition "$disk" "$(find "/sys/block/$(basename "$(readlink -f "$disk")")/" -maxdepth 2 -name partition | wc -l)")
  if [ "$luks" = true ]; then
    cryptsetup open --key-file="$case/passphrase" "$nix" hunted || return
    nix=/dev/mapper/hunted
  fi
  mkdir -p /run/hunted/boot /run/hunted/nix
  mount -o ro "$(partition "$disk" 1)" /run/hunted/boot
  mount -o ro "$nix" /run/hunted/nix
  for swap in /sys/block/zram*; do # one that nothing but mkswap ever wrote to takes minutes to read as zeros
    [ -e "$swap/mm_stat" ] && [ "$(awk '{print $1}' "$swap/mm_stat")" -gt 65536 ] && places+=("/dev/${swap##*/}")
  done
  [ -e /run/hunted/nix/survivor ] && touch "$1/survivor"
  cp /run/hunted/nix/persist/var/log/lethe/journal.jsonl "$1/journal-on-disk" 2>/dev/null
  seek "$1/hunt" /run/hunted "${places[@]}"
  umount /run/hunted/boot /run/hunted/nix
  [ "$luks" = true ] && cryptsetup close hunted
}

# A whole installation, with a look into the memory of both sides when the longest step begins, and once the root side is done.
break_memory() {
  hook nixos-install "$(declare -f seek); case=$case users=(${users[0]})
    for pid in \$(pgrep -f 'lethe-engine (serve|install)'); do seek '$place/memory-install' pid:\$pid; done
    pgrep -af lethe-engine >'$place/processes'"
  during() {
    begins "$1" close 0.05 || return
    pkill -STOP -f 'lethe-engine install'
    until grep -q '"kind":"run-done"' /run/lethe/journal.jsonl; do sleep 0.1; done
    sleep 1
    for pid in $(pgrep -f 'lethe-engine serve'); do seek "$place/memory-end" "pid:$pid"; done
    pkill -CONT -f 'lethe-engine install'
  }
}

#!/bin/bash
# Runs in the installed system after its start (booted.sh), three times: what would be forgotten, what was, and what is kept since. It
# writes down in /run/out/facts what the explorer and the census say, and judges nothing.
# shellcheck disable=SC2154,SC1091,SC2034,SC2317 # variables of the case and for specimens.sh; functions for later
set -u
out=/run/out/facts
mkdir -p "$out"
. /run/share/case.env # user, phase
. /run/share/specimens.sh
home=/home/$user
ids() { awk -F: -v n="$1" -v column="$2" '$1==n{print $column}' /etc/passwd; }
uid=$(ids "$user" 3)
gid=$(ids "$user" 4)
service=$(ids messagebus 3)
kept=("/srv/keep me" /var/lib/scale "$home/work place")
single="/srv/one note" # kept too, without the folder that it is in

# fact NAME COMMAND keeps what a command prints, and its exit code.
fact() {
  local name=$1
  shift
  "$@" >"$out/$name" 2>"$out/$name.err"
  echo $? >"$out/$name.code"
}

explore() { fact "$1" /run/share/lethe-engine persist --json --all "${@:2}"; }

# census lists the root's own file system, also what mounts hide of it, and the persist tree.
census() { # name
  mkdir -p /run/root
  mount --bind / /run/root
  fact "root-$1" /run/share/take /run/root
  umount /run/root
  fact "persist-$1" /run/share/take /nix/persist
  fact "mountinfo-$1" cat /proc/self/mountinfo
}

# trees lists what is kept.
trees() { # name
  local i
  for i in "${!kept[@]}"; do fact "tree$i-$1" /run/share/take "${kept[i]}"; done
}

# rebuild runs the command that keep or forget told. sudo has nobody to ask here.
rebuild() { # fact with the command, name
  sudo() { "$@"; }
  fact "$2" eval "$(jq -r .rebuild "$out/$1")"
}

repository() { # name
  fact "repo-$1" /run/share/take /etc/nixos
  fact "git-$1" setpriv --reuid "$uid" --regid "$gid" --clear-groups env HOME="$home" git -C /etc/nixos status --porcelain
  fact "added-$1" cat /etc/nixos/persist.json
  fact "kept-$1" jq -c '.["/nix/persist"]' /etc/lethe/persistence.json
  fact "system-$1" readlink /run/current-system
  fact "loader-$1" cat /boot/loader/loader.conf
}

export PATH=$PATH:/run/share/bin # nixos-rebuild
# What systemd would have mounted.
ln -sfn /proc/self/fd /dev/fd
mountpoint -q /dev/pts || { mkdir -p /dev/pts && mount -t devpts devpts /dev/pts; }

# The first boot: the root as it starts, with files all over it, and what is said of them.
first() {
  census fresh
  repository fresh
  scatter
  explore scan
  explore scan-all --orphans --kept
  census full
}

# The second: what is left, and then a folder that is to stay, with a write between the copy and the rebuild.
second() {
  census fresh
  explore scan-fresh --orphans
  nasty "/srv/keep me"
  state
  mkdir "$home/work place"
  echo work >"$home/work place/page 1"
  chown -R "$uid:$gid" "$home/work place"
  echo note >"$single"
  chown "$uid:$gid" "$single"
  chmod 640 "$single"

  repository before
  census before
  fact dry /run/share/lethe-engine persist keep --dry-run --json "${kept[@]}" "$single"
  census dry
  repository dry
  fact keep /run/share/lethe-engine persist keep --json "${kept[@]}" "$single"
  repository kept
  fact waiting-kept /run/share/lethe-engine persist keep --sync --dry-run --json
  explore scan-kept --orphans --kept

  late
  trees late
  explore scan-late --orphans
  fact sync /run/share/lethe-engine persist keep --sync --json
  explore scan-synced --orphans
  fact waiting-synced /run/share/lethe-engine persist keep --sync --dry-run --json
  census synced

  rebuild sync switch
  repository switched
  trees switched
  fact waiting-switched /run/share/lethe-engine persist keep --sync --dry-run --json
  echo 'after the switch' >"/srv/keep me/after"
  trees last
  explore scan-all --orphans --kept
  census full
}

# late writes into what was copied and is not mounted yet.
late() {
  sleep 1.1 # times are compared in whole seconds
  cd "/srv/keep me" || return
  echo late >>plain
  echo late >>two
  echo late >$'late \xff\n'
  rm empty
  cd /
  echo 'weight 70' >>/var/lib/scale/state.db
  echo late >>"$single"
}

# The third: what was kept is there. Then one of it is forgotten.
third() {
  census fresh
  repository fresh
  trees fresh
  fact single-fresh stat --dereference --format '%a %u:%g %s' "$single"
  fact leads-fresh readlink "$single"
  explore scan-fresh --orphans --kept
  fact waiting-fresh /run/share/lethe-engine persist keep --sync --dry-run --json

  fact forget-dry /run/share/lethe-engine persist forget --dry-run --json "${kept[0]}"
  census dry
  fact forget /run/share/lethe-engine persist forget --json "${kept[0]}"
  rebuild forget switch
  repository switched
  census switched
  explore scan-switched --orphans --kept
  fact forgotten /run/share/lethe-engine persist forget --list --json
  fact delete /run/share/lethe-engine persist forget --json --delete "$(jq -r .date "$out/forget")"
  fact forgotten-deleted /run/share/lethe-engine persist forget --list --json
  census deleted
}

"$phase"

#!/bin/bash
# Installs onto each disk that has a folder below /share/targets, and writes down in /out what is on it afterwards and what is still
# held. It exits with the last failure's code.
set -u

# shellcheck source=/dev/null # disk.sh
. /share/disk.sh

install_one() { # folder
  local target=${1%/} out disk words=() user code
  local id luks users soil
  # shellcheck source=/dev/null # id, luks, users, soil
  . "$target/env"
  out=/out/targets/$(basename "$target")
  disk=/dev/disk/by-id/$id
  mkdir -p "$out"
  soil "$soil" "$disk"
  for user in "${users[@]}"; do words+=(--password-file "$user=$target/passwords/$user"); done
  [ "$luks" = true ] && words+=(--passphrase-file "$target/passphrase" "--kdf=4,32,1")
  cat /proc/uptime >"$out/began"
  /share/lethe-engine install "$target/wishes.toml" --disk "$disk" --yes-erase "$id" "${words[@]}" \
    --lock-file "$target/flake.lock" --json >"$out/install.jsonl" 2>"$out/install.err"
  code=$?
  cat /proc/uptime >"$out/ended"
  echo $code >"$out/install.code"
  rescue "$disk" "$target" "$luks" >"$out/rescue.log" 2>&1
  echo $? >"$out/rescue.code"
  cp /run/stand-in-passwd "$out/passwd" 2>/dev/null
  look "$disk" "$out"
  return $code
}

# rescue opens what was installed as from a live medium, looks whether all is at its place, and closes it again.
rescue() { # disk folder luks
  local code=0 words=()
  [ "$3" = true ] && words=(--passphrase-file "$2/passphrase")
  /share/lethe-engine mount "$1" "${words[@]}" || return
  cmp /mnt/etc/nixos/flake.lock "$2/flake.lock" && mountpoint /mnt/nix && mountpoint /mnt/boot && mountpoint /mnt/var/lib/nixos && test -d /mnt/boot/EFI || code=100
  cat /run/lethe/held.json
  /share/lethe-engine unmount || code=$?
  return $code
}

# look writes down the disk as other tools see it, and whether anything still holds it.
look() { # disk out
  local disk=$1 out=$2 name part
  name=$(basename "$(readlink -f "$disk")")
  udevadm settle
  sfdisk --json "$disk" >"$out/sfdisk.json"
  sfdisk --verify "$disk" >"$out/sfdisk.verify" 2>&1
  sgdisk --verify "$disk" >"$out/sgdisk.verify" 2>&1
  for part in 1 2 3; do
    [ -n "$(partition "$disk" $part)" ] || continue
    parted -s "$disk" align-check optimal $part || echo "$part"
  done >"$out/misaligned"
  grep -E " /mnt| /dev/(mapper/|$name)" /proc/self/mountinfo >"$out/mounts"
  dmsetup ls >"$out/mappings"
  find "/sys/block/$name/" -path '*/holders/*' >"$out/holders"
  tail -n +2 /proc/swaps >"$out/swaps"
  ls -A /mnt >"$out/mnt"
  efibootmgr -v >"$out/boot" 2>&1
}

code=0
for target in /share/targets/*/; do
  install_one "$target" || code=$?
done
exit $code

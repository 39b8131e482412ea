# shellcheck shell=bash disable=SC2154,SC2016,SC2034,SC2317 # variables of fault.sh, which sources this; code for hooks; functions for later
# What can happen to an installation: break_NAME before it, heal_NAME after it; "during" runs while it is under way.

fresh() { # nothing that the kernel would take up
  local n name
  for name in $(dmsetup ls | grep -oE '^old-[a-z]+'); do dmsetup remove --force --retry "$name"; done
  rm -rf /dev/old # of a volume group that udev was kept out of
  [ -e /proc/mdstat ] && mdadm --quiet --stop --scan
  wipefs --all --force --quiet "$disk"-part* "$disk" 2>/dev/null
  for n in $(seq 50); do # udev may be looking at a partition
    udevadm settle
    blockdev --rereadpt "$disk" 2>/dev/null && break
    sleep 0.2
  done
  udevadm settle
}

# The disk says that it cannot write: one sector of the old table, from the beginning.
break_table-eio() { ask fail "$serial" 1; }
heal_table-eio() { ask mend "$serial"; }
# The same, once, so that what was written can be undone.
break_table-eio-once() { ask fail "$serial" 1 once; }
heal_table-eio-once() { ask mend "$serial"; }

# begins waits for a step, and fails where the installation ends before.
begins() { # out step seconds
  until grep -q '"step-start","step":"'"$2"'"' "$1/jsonl" 2>/dev/null; do
    kill -0 "$engine" 2>/dev/null || return 1
    sleep "$3"
  done
}

# Every write fails from the moment on at which a program is called.
failing_from() { # program word
  hook "$1" "$(declare -f ask)
case \"\$*\" in *$2*) ask fail $serial all >/dev/null ;; esac"
}
break_partition-eio() { step=partition; during() { begins "$1" partition 0.02 && ask fail "$serial" all; }; }
heal_partition-eio() { step=; ask mend "$serial"; }
break_esp-eio() { failing_from mkfs.fat /dev; }
heal_esp-eio() { ask mend "$serial"; }
break_swap-eio() { failing_from mkswap by-partuuid; }
heal_swap-eio() { ask mend "$serial"; }
break_nix-eio() { failing_from mkfs.ext4 /dev; }
heal_nix-eio() { ask mend "$serial"; }
# luksFormat runs ahead of its step, into memory: it is held up until the step begins.
break_luks-eio() {
  hook cryptsetup "$(declare -f ask)
case \"\$*\" in *luksFormat*)
  journal=/run/lethe/journal.jsonl
  until [ \$journal -nt /run/hook/cryptsetup ] && grep -q '\"step-start\".*\"step\":\"encrypt\"' \$journal; do sleep 0.05; done
  ask fail $serial all >/dev/null ;;
esac"
}
heal_luks-eio() { ask mend "$serial"; }
break_install-eio() { failing_from nixos-install ''; }
heal_install-eio() { ask mend "$serial"; }

# The cable comes out, before a program or while it writes.
break_unplug-mkfs() { hook mkfs.ext4 "$(declare -f ask); ask unplug $serial >/dev/null"; }
heal_unplug-mkfs() { ask plug "$serial"; appear; }
break_unplug-install() {
  hook nixos-install "$(declare -f ask)"'
    dd if=/dev/zero of=/mnt/nix/fill bs=1M count=400 conv=fsync & sleep 0.3
    ask unplug '"$serial"' >/dev/null
    wait $!; exit $?'
}
heal_unplug-install() { ask plug "$serial"; appear; }
appear() { # the disk comes back under its name
  local n
  for n in $(seq 200); do
    udevadm settle
    [ -b "$disk" ] && return
    sleep 0.1
  done
  echo "$disk does not appear"
  return 1
}

break_read-only() { ask unplug "$serial"; ask plug "$serial" read-only; appear; }
heal_read-only() { ask unplug "$serial"; ask plug "$serial"; appear; }

# Another disk of the same name and size is in its place, between the confirmation and the first write: the secrets are waited for then.
break_other-disk() {
  mkfifo /run/phrase
  phrase=/run/phrase
  [ "$luks" = true ] || { echo "this case needs a passphrase"; return 1; }
  during() {
    exec 8>/run/phrase # opens once the engine reads: the plan is made and confirmed
    ask unplug "$serial"
    ask plug "$serial" other
    appear
    cat "$case/passphrase" >&8
    exec 8>&-
  }
}
heal_other-disk() { rm /run/phrase; phrase=$case/passphrase; ask unplug "$serial"; ask plug "$serial"; appear; }

# A volume group of which a member lies elsewhere.
break_lvm-elsewhere() {
  fresh
  volumes "$disk" && timeout 60 vgextend -q --config "$alone" old "/dev/disk/by-id/$spare"
}
heal_lvm-elsewhere() {
  timeout 60 vgchange -q --config "$alone" -an old
  timeout 60 vgremove -q -f -f -y --config "$alone" old
  dmsetup remove --force --retry old-data
  wipefs --all --force --quiet "/dev/disk/by-id/$spare"
  fresh
}
alone='activation { udev_sync=0 udev_rules=0 } devices { obtain_device_list_from_udev=0 }'

break_mounted() { fresh; mkfs.ext4 -q -F "$disk"; mkdir -p /run/media; mount -o ro "$disk" /run/media; }
heal_mounted() { umount /run/media; }
break_mounted-part() {
  soil gpt "$disk"
  mkdir -p /run/media
  mount -o ro "$(partition "$disk" 3)" /run/media # else ext4 itself writes now and then
}
heal_mounted-part() { umount /run/media; }
break_swapped() { soil gpt "$disk"; swapon "$(partition "$disk" 2)"; }
heal_swapped() { swapoff "$(partition "$disk" 2)"; }

# Space runs out.
break_esp-full() { hook nixos-install 'head -c 2G /dev/zero >/mnt/boot/fill || exit 1'; }
break_target-full() {
  hook nixos-install 'fallocate -l "$(df --output=avail -B 1 /mnt/nix | tail -n 1)" /mnt/nix/fill
    head -c 1G /dev/zero >/mnt/nix/fill2 || exit 1'
}
fill() { # mount point, MiB
  mount -o "remount,size=$2M" "$1"
  ! head -c 8G /dev/zero >"$1/fill" 2>/dev/null
}
spill() { # mount point
  rm -f "$1/fill"
  mount -o remount,size=50% "$1"
}
break_run-full() { fill /run 32; }
heal_run-full() { spill /run; }
break_tmp-full() { fill /tmp 16; }
heal_tmp-full() { spill /tmp; }
# The live system's memory file system fills up in the middle, and stays full: udev gives room back when it cannot write.
break_run-fills() {
  hook mkfs.fat "$(declare -f fill); fill /run 32"
  during() {
    while kill -0 "$engine" 2>/dev/null; do
      while [ -e /run/fill ] && printf '%65536s' '' >>/run/fill; do :; done 2>/dev/null
      sleep 0.02
    done
  }
}
heal_run-fills() { spill /run; }

# The firmware's variables can be read and not be written.
break_nvram() { mount -o remount,ro /sys/firmware/efi/efivars; }
heal_nvram() { mount -o remount,rw /sys/firmware/efi/efivars; }

# Something in the store that only a new file system would lack.
break_cut() { hook nixos-install 'echo here >/mnt/nix/survivor; sync --file-system /mnt/nix'; }
break_kill-root() { break_cut; }
break_kill-both() { break_cut; }
# The root side alone comes to an end by itself.
break_kill-window() {
  break_cut
  during() {
    wait "$engine"
    while pgrep -f 'lethe-engine serve' >/dev/null; do sleep 0.2; done
  }
}

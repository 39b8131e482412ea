# shellcheck shell=bash
# What guest scripts do with disks; sourced.

# soil puts something on a disk that an installation has to cope with.
soil() { # kind device
  case $1 in
    ext4) mkfs.ext4 -q -F "$2" ;;
    gpt)
      printf 'label: gpt\nsize=100MiB, type=U\nsize=1GiB\n,\n' | sfdisk -q "$2"
      udevadm settle
      mkswap "$(partition "$2" 2)" >/dev/null
      mkfs.ext4 -q -F "$(partition "$2" 3)"
      ;;
    md)
      modprobe -a md_mod raid1
      printf 'label: gpt\nsize=1GiB, type=R\nsize=1GiB, type=R\n' | sfdisk -q "$2"
      udevadm settle
      yes | mdadm --quiet --create /dev/md/old --name=old --level=1 --raid-devices=2 --metadata=1.2 --assume-clean "$(partition "$2" 1)" "$(partition "$2" 2)"
      ;;
    crypt)
      printf 'old' | cryptsetup luksFormat --batch-mode --type luks2 --key-file=- --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$2"
      printf 'old' | cryptsetup open --key-file=- "$2" old-secret
      mkfs.ext4 -q -F /dev/mapper/old-secret
      ;;
    dm) dmsetup create old-data --table "0 2097152 linear $2 2048" ;;
    lvm)
      volumes "$2" || {
        echo "this disk could not be given a volume group; it goes on blank" >&2
        dmsetup remove --force --retry old-data
        wipefs --all --force "$2"
      }
      ;;
  esac >/dev/null
  udevadm settle
}

# volumes makes an active volume group. It keeps udev out of it and gives up in time: in an emulated guest on a busy host, LVM and
# udev may wait for each other for ever.
volumes() { # device
  local alone='activation { udev_sync=0 udev_rules=0 } devices { obtain_device_list_from_udev=0 }'
  timeout -k 5 60 pvcreate -q --config "$alone" "$1" &&
    timeout -k 5 60 vgcreate -q --config "$alone" old "$1" &&
    timeout -k 5 60 lvcreate -q -y --config "$alone" -n data -L 1G old
}

# partition finds a partition of a disk by the kernel's own numbers.
partition() {
  local disk entry
  disk=$(basename "$(readlink -f "$1")")
  for entry in /sys/block/"$disk"/"$disk"*; do
    [ "$(cat "$entry/partition" 2>/dev/null)" = "$2" ] && echo "/dev/$(basename "$entry")"
  done
}

#!/usr/bin/env bash
# Makes what the guests run, and prints the folder it lies in: root.sqfs (a Debian tree), kernel, and initrd. The folder is keyed by what goes into it, lies outside the clone, and is made once:
#   ${LETHE_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lethe-vm}/KEY
# It needs no privilege: packages are fetched by apt into a folder of its own and unpacked, never installed.
set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"
umask 022

here=$(cd "$(dirname "$0")" && pwd)
cache=${LETHE_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lethe-vm}
suite=trixie # bookworm's Nix is too old for the stand-in
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

die() { echo "cannot make guest tree: $*" >&2; exit 1; }
say() { echo "guest tree: $*" >&2; }
words() { sed -e 's/#.*//' "$1"; }

# mirror prints where this host gets Debian from. LETHE_DEBIAN_MIRROR overrides it.
mirror() {
  local found
  # shellcheck disable=SC2016 # apt's own variable
  found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null \
    | grep -E '^(https?|file|copy):' | grep -v -- '-security' | head -n 1 || true)
  echo "${LETHE_DEBIAN_MIRROR:-${found:-http://deb.debian.org/debian}}"
}

# settings copies how this host reaches its mirrors: proxies, time-outs, checks.
settings() {
  apt-config dump --format '%F "%v";%n' | grep -E '^Acquire::(https?|ftp|Retries|ForceIPv|Check-|Force)' || true
}

# fetch downloads the packages into $work/apt.
fetch() {
  local apt=$work/apt
  mkdir -p "$apt"/{etc/apt.conf.d,etc/preferences.d,state/lists/partial,cache/archives/partial}
  : >"$apt/status"
  {
    settings
    cat <<END
Dir "/";
Dir::Etc "$apt/etc";
Dir::Etc::parts "$apt/etc/apt.conf.d";
Dir::Etc::sourcelist "$apt/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::trusted "$keyring";
Dir::Etc::trustedparts "/dev/null";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Log "$apt";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Languages "none";
DPkg::Post-Invoke { "true"; };
END
  } >"$apt/apt.conf"
  echo "deb [signed-by=$keyring] $(mirror) $suite main" >"$apt/etc/sources.list"
  export APT_CONFIG=$apt/apt.conf
  apt-get -qq update >&2
  # shellcheck disable=SC2046 # one word a package
  apt-get -qq -y --download-only install $(words "$here/packages.txt") >&2
  unset APT_CONFIG
}

# unpack makes $work/root of the packages; base-files brings the links that all others rely on.
unpack() {
  local package
  mkdir "$work/root"
  dpkg-deb -x "$work"/apt/cache/archives/base-files_*.deb "$work/root"
  for package in "$work"/apt/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$work/root" --keep-directory-symlink --no-same-owner \
      --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./usr/share/info/*'
  done
  rm -rf "$work/apt"
}

# identify writes what the packages' own scripts would have.
identify() {
  local root=$work/root
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  { cat "$root/usr/share/base-passwd/group.master"; printf 'kvm:x:992:\nrender:x:991:\ninput:x:990:\nsgx:x:989:\n'; } >"$root/etc/group"
  sed -i 's|^root:.*|root:x:0:0:root:/root:/bin/bash|' "$root/etc/passwd"
  ln -sf mawk "$root/usr/bin/awk"
  ln -sf /proc/mounts "$root/etc/mtab"
  mkdir -p "$root"/{proc,sys,dev,run,tmp,mnt,root,nix,etc/nix,share,out}
  cat >"$root/etc/nix/nix.conf" <<END
experimental-features = nix-command flakes
build-users-group =
sandbox = true
sandbox-paths = /bin/sh=/usr/bin/busybox
substituters =
flake-registry =
warn-dirty = false
END
}

# libraries prints the libraries that programs of the tree load, its loader among them.
libraries() {
  local lib=$work/root/usr/lib program
  for program in "$@"; do
    "$lib64/ld-linux-x86-64.so.2" --library-path "$lib/x86_64-linux-gnu:$lib/x86_64-linux-gnu/systemd" --list "$program" \
      | grep -oE '/[^ ]+\.so[^ ]*'
  done | sort -u
}

# carry copies programs and what they load into a folder, flat.
carry() {
  local to=$1 file
  shift
  mkdir -p "$to/bin" "$to/lib"
  for file in "$@"; do cp -L "$work/root/$file" "$to/bin/"; done
  libraries "${@/#/$work/root/}" | while read -r file; do cp -L "$file" "$to/lib/"; done
  cp -L "$work/root/usr/lib/x86_64-linux-gnu/libgcc_s.so.1" "$to/lib/" # libcryptsetup's threads load it by name
}

# pack makes the initrd: busybox, modules, and the programs that opening a disk takes.
pack() {
  local initrd=$work/initrd kernel module
  kernel=$(ls "$work/root/usr/lib/modules")
  mkdir -p "$initrd"/{bin,proc,sys,dev,run,lib64,modules}
  cp "$work/root/usr/bin/busybox" "$initrd/bin/"
  carry "$initrd" usr/sbin/cryptsetup usr/sbin/blkid usr/sbin/mkswap
  ln -s ../lib/ld-linux-x86-64.so.2 "$initrd/lib64/ld-linux-x86-64.so.2"
  depmod -b "$work/root" "$kernel"
  for module in $(words "$here/modules.txt"); do
    modprobe -d "$work/root" -S "$kernel" --show-depends "$module" | awk '$1=="insmod"{print $2}'
  done | awk '!seen[$0]++' >"$work/modules"
  while read -r module; do
    case $module in
      *.xz) xz -dc "$module" ;;
      *) cat "$module" ;;
    esac >"$initrd/modules/$(basename "$module" .xz)"
    basename "$module" .xz >>"$initrd/modules/order"
  done <"$work/modules"
  install -m 755 "$here/init.sh" "$initrd/init"
  (cd "$initrd" && find . -print0 | cpio -0 -o -H newc -R 0:0 --quiet) | gzip -9 >"$work/out/initrd"
  cp "$work"/root/boot/vmlinuz-* "$work/out/kernel"
}

# parts gathers what the stand-in system is built from; in the guest it is /opt/parts.
parts() {
  local parts=$work/out/parts
  mkdir -p "$parts"
  cp "$work/out/kernel" "$work/out/initrd" "$parts/"
  cp "$work/root/usr/lib/systemd/boot/efi/systemd-bootx64.efi" "$work/root/usr/bin/busybox" "$work/root/usr/bin/bash-static" "$parts/"
  carry "$parts/tools" usr/bin/efibootmgr usr/sbin/cryptsetup
}

make_tree() {
  mkdir "$work/out"
  say "fetching packages of $suite"
  fetch
  say "unpacking"
  unpack
  lib64=$work/root/usr/lib64
  identify
  pack
  parts
  rm -rf "$work"/root/boot/*
  mkdir -p "$work/root/opt"
  mv "$work/out/parts" "$work/root/opt/parts"
  say "packing"
  mksquashfs "$work/root" "$work/out/root.sqfs" -all-root -noI -noD -noF -noX -no-progress -quiet >&2
}

key=$(cat "$here/packages.txt" "$here/modules.txt" "$here/init.sh" "$here/tree.sh" | sha256sum | cut -c1-64)
for tool in apt-get dpkg-deb mksquashfs cpio depmod modprobe xz gzip flock; do
  command -v "$tool" >/dev/null || die "program $tool is missing; run make test-vm, which installs it"
done
[ -r "$keyring" ] || die "$keyring is missing; install debian-archive-keyring"
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ ! -d "$cache/$key" ]; then
  # What else lies here was left by a killed run or made of another list.
  find "$cache" -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +
  work=$(mktemp -d "$cache/new.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  make_tree
  mv "$work/out" "$cache/$key"
  say "made $cache/$key"
fi
echo "$cache/$key"

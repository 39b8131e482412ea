# shellcheck shell=dash disable=SC2154 # variables of Nix or of the head that build.sh adds
# Builds the system folder of the tables; runs in Nix's sandbox with nothing but busybox.
set -eu
bb=$parts/busybox
$bb mkdir -p "$out/sw/bin" "$out/bin" "$out/tables" "$out/tools"
$bb --install -s "$out/sw/bin"
export PATH="$out/sw/bin"
ln -sf "$parts/bash-static" "$out/sw/bin/bash"

for table in fstab crypttab swaps keep people services gitconfig etc; do
  eval "cp \"\$${table}Path\" \"$out/tables/$table\""
done
printf '%s' "$host" >"$out/tables/host"
printf '%s' "$root" >"$out/tables/root"
printf '%s' "$parameters" >"$out/kernel-params"
printf '%s' "$generations" >"$out/tables/generations"

# A script gets an interpreter of the store and learns where its system lies.
script() {
  { printf '#!%s sh\nsystem=%s\nPATH=%s/sw/bin:%s/tools\nexport PATH\n' "$parts/busybox" "$out" "$out" "$out"; cat "$1"; } >"$2"
  chmod 755 "$2"
}
script "$activate" "$out/activate"
script "$switch" "$out/bin/switch-to-configuration"
script "$init" "$out/init"
cp "$keep_script" "$out/keep.sh"

# Programs that are not static run through their own loader.
for program in efibootmgr cryptsetup; do
  printf '#!%s sh\nexec %s/tools/lib/ld-linux-x86-64.so.2 --library-path %s/tools/lib %s/tools/bin/%s "$@"\n' \
    "$parts/busybox" "$parts" "$parts" "$parts" "$program" >"$out/tools/$program"
  chmod 755 "$out/tools/$program"
done

# The initrd is the general one and behind it what is particular to this machine.
mkdir -p /build/initrd/tables
cp "$out/tables/fstab" "$out/tables/crypttab" /build/initrd/tables/
cp "$stage1" /build/initrd/stage1
chmod 755 /build/initrd/stage1
(cd /build/initrd && find . | cpio -o -H newc 2>/dev/null) | gzip >/build/particular
cat "$parts/initrd" /build/particular >"$out/initrd"
ln -s "$parts/kernel" "$out/kernel"
ln -s "$parts/systemd-bootx64.efi" "$out/systemd-bootx64.efi"
printf 'stand-in' >"$out/nixos-version"

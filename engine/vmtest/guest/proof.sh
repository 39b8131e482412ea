#!/bin/bash
# Writes down in /run/out/facts what the running system is like; nothing is judged here but what only the guest can tell. Then it
# leaves markers, so that the next boot can say which of them are still there.
# shellcheck disable=SC2154,SC2016 # variables come from the file of the case; quotes are for inner shells
set -u
out=/run/out/facts
mkdir -p "$out"
# shellcheck source=/dev/null # user, host, first
. /run/share/case.env

# fact NAME COMMAND keeps what a command prints, and its exit code.
fact() {
  local name=$1
  shift
  "$@" >"$out/$name" 2>"$out/$name.err"
  echo $? >"$out/$name.code"
}

fact mountinfo cat /proc/self/mountinfo
fact meminfo cat /proc/meminfo
fact cmdline cat /proc/cmdline
fact root-size stat -f -c '%b %S' /
fact swaps cat /proc/swaps
fact dm sh -c 'for d in /sys/block/dm-*; do echo "$(basename "$d") $(cat "$d/dm/uuid") $(cat "$d/dm/name")"; done'
fact links sh -c 'for l in /dev/disk/by-partuuid/*; do echo "$(basename "$l") $(basename "$(readlink -f "$l")")"; done'
fact modes stat -c '%a %u %g %n' / /boot /nix /nix/persist /nix/persist/passwords /nix/persist/passwords/* /etc/nixos /etc/nixos/.git /tmp
fact kept jq -c '.["/nix/persist"]' /etc/lethe/persistence.json
fact passwd cat /etc/passwd
fact hostname cat /etc/hostname
fact system readlink /run/current-system
fact boot efibootmgr
fact blkid blkid -p -o export /dev/vd* /dev/nvme*n*

# A password is right if crypt(3) says so of the hash in /etc/shadow, which the system took from its file.
password() { # user file
  perl -e '
    open F, "<", $ARGV[1] or die $!; local $/; my $typed = <F>;
    my ($hash) = map { (split /:/)[1] } grep { /^\Q$ARGV[0]\E:/ } split /\n/, do { open S, "<", "/etc/shadow" or die $!; <S> };
    die "no yescrypt hash\n" unless $hash =~ /^\$y\$/;
    die "wrong password\n" unless crypt($typed, $hash) eq $hash;
    die "any password is right\n" if crypt($typed . "x", $hash) eq $hash;
    print "right\n";' "$@"
}
if [ "$first" = true ]; then
  for file in /run/share/passwords/*; do
    fact "password-$(basename "$file")" password "$(basename "$file")" "$file"
  done
fi

# The repository, as its owner and as root.
ids=$(awk -F: -v n="$user" '$1==n{print $3, $4}' /etc/passwd)
# shellcheck disable=SC2086 # two words
set -- $ids
fact git-status setpriv --reuid "$1" --regid "$2" --clear-groups env HOME="/home/$user" git -C /etc/nixos status --porcelain
fact git-files git -c safe.directory=/etc/nixos -C /etc/nixos ls-files
# evaluate asks Nix for the system that the repository describes.
evaluate() {
  local name inputs=()
  export NIX_CONF_DIR=/run/tools/etc/nix XDG_CACHE_HOME=/tmp/cache
  cp -r /run/share/standin /run/stand-in
  mkdir /run/stand-in/nixpkgs/parts
  mount --bind /run/tools/opt/parts /run/stand-in/nixpkgs/parts
  for name in nixpkgs home-manager impermanence; do inputs+=(--override-input "$name" "path:/run/stand-in/$name"); done
  nix eval --raw "/etc/nixos#nixosConfigurations.\"$host\".config.system.build.toplevel.outPath" "${inputs[@]}"
}
[ "$first" = true ] && fact nix-eval evaluate

# Markers of the boot before, then new ones.
places=(/marker /etc/marker /root/marker "/home/$user/marker" /var/marker
  /var/log/marker /etc/nixos/result-marker /var/lib/nixos/marker "/home/$user/Documents/marker" "/home/$user/.config/marker"
  /nix/persist/marker /boot/marker)
for place in "${places[@]}"; do [ -e "$place" ] && echo "$place $(cat "$place")"; done >"$out/markers"
for place in "${places[@]}"; do
  case $place in
    "/home/$user"/*) setpriv --reuid "$1" --regid "$2" --clear-groups sh -c 'cat /proc/sys/kernel/random/boot_id >"$0"' "$place" ;;
    *) cat /proc/sys/kernel/random/boot_id >"$place" ;;
  esac || echo "cannot write $place"
done
cat /proc/sys/kernel/random/boot_id >"$out/boot-id"

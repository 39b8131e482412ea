# shellcheck shell=dash disable=SC2154,SC2034 # variables of Nix or of the head that build.sh adds
# Makes /etc of the tables, as at every boot and once in the installer's chroot. Numbers of services' users are drawn by lot and
# remembered in /var/lib/nixos, so that whoever forgets that folder gets others.
set -u
tables=$system/tables
tab=$(printf '\t')
mkdir -p /etc /bin /usr/bin /var/lib/nixos /run /tmp /root
chmod 1777 /tmp
chmod 700 /root
ln -sfn "$system" /run/current-system
ln -sfn "$system/sw/bin/sh" /bin/sh
ln -sfn "$system/sw/bin/env" /usr/bin/env
cp "$tables/host" /etc/hostname
cp "$tables/gitconfig" /etc/gitconfig
touch /etc/NIXOS
while IFS="$tab" read -r name file; do
  mkdir -p "/etc/$(dirname "$name")"
  cp "$file" "/etc/$name"
done <"$tables/etc"

# number gives a service's user its number.
number() {
  map=/var/lib/nixos/stand-in-ids
  touch "$map"
  found=$(awk -v n="$1" '$1==n{print $2}' "$map")
  while [ -z "$found" ]; do
    found=$((400 + $(od -An -N2 -tu2 /dev/urandom) % 590))
    if awk -v i="$found" '$2==i{exit 1}' "$map"; then echo "$1 $found" >>"$map"; else found=; fi
  done
  echo "$found"
}

umask 022
{
  printf 'root:x:0:0:System administrator:/root:%s\n' "$system/sw/bin/bash"
  while IFS="$tab" read -r name uid group _ full _ _; do
    printf '%s:x:%s:100:%s:/home/%s:%s\n' "$name" "$uid" "$full" "$name" "$system/sw/bin/bash"
  done <"$tables/people"
  while read -r name; do
    id=$(number "$name")
    printf '%s:x:%s:%s::/var/empty:/bin/false\n' "$name" "$id" "$id"
  done <"$tables/services"
} >/etc/passwd.new
{
  printf 'root:x:0:\nwheel:x:1:%s\nusers:x:100:\n' "$(awk -F"$tab" '("," $7 ",") ~ /,wheel,/{printf "%s%s", s, $1; s=","}' "$tables/people")"
  awk -F: '$3>=400 && $3<1000{print $1 ":x:" $4 ":"}' /etc/passwd.new
} >/etc/group
umask 077
{
  printf 'root:%s:1::::::\n' "$(cat "$tables/root")"
  while IFS="$tab" read -r name _ _ file _; do
    if [ -s "$file" ]; then hash=$(cat "$file"); else hash=!; echo "warning: password file $file does not exist" >&2; fi
    printf '%s:%s:1::::::\n' "$name" "$hash"
  done <"$tables/people"
} >/etc/shadow
mv /etc/passwd.new /etc/passwd
umask 022
while IFS="$tab" read -r name uid _; do
  mkdir -p "/home/$name"
  chmod 700 "/home/$name"
  chown "$uid:100" "/home/$name"
done <"$tables/people"

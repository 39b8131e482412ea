# shellcheck shell=dash disable=SC2154 # variables of Nix or of the head that build.sh adds
# Shows what is kept at its places. A storage folder that is not there yet is made with the wanted mode and owner, and what
# lies between a home and a kept folder in it belongs to the user. What is shown already, in a system that is switched, is left alone.
tab=$(printf '\t')
owner_of() { awk -F: -v n="$1" '$1==n{print $3 ":" $4}' /etc/passwd; }

# between gives the parents of a kept path inside a home to its user, on either side.
between() { # home user path
  parent=$(dirname "$3")
  [ "$3" != "$1" ] && [ "$parent" != "$1" ] && [ "${parent#"$1"/}" != "$parent" ] && between "$1" "$2" "$parent"
  [ -e "$3" ] || { mkdir "$3"; chown "$(owner_of "$2")" "$3"; }
}

keep() { # which: root, or homes
  while IFS="$tab" read -r kind storage path mode user _ owner; do
    case $1:$owner in root:root) ;; root:*) continue ;; *:root) continue ;; esac
    [ "$path" -ef "$storage" ] && continue
    fresh=
    [ -e "$storage" ] || fresh=yes
    if [ "$owner" != root ]; then
      prefix=${storage%"$path"}
      mkdir -p "$prefix/home/$owner"
      chown "$(owner_of "$owner")" "$prefix/home/$owner"
      chmod 700 "$prefix/home/$owner"
      between "$prefix/home/$owner" "$owner" "$(dirname "$storage")"
      between "/home/$owner" "$owner" "$(dirname "$path")"
    fi
    if [ "$kind" = file ]; then
      mkdir -p "$(dirname "$storage")" "$(dirname "$path")"
      [ -e "$path" ] && [ ! -L "$path" ] && echo "A file already exists at $path!" && continue
      ln -sfn "$storage" "$path"
      continue
    fi
    mkdir -p "$storage" "$path"
    [ "$fresh" ] && chmod "$mode" "$storage"
    [ "$fresh" ] && [ "$owner" != root ] && chown "$(owner_of "$user")" "$storage"
    mount --bind "$storage" "$path" || echo "cannot show $storage at $path"
  done <"$system/tables/keep"
}

# own gives kept folders of services to them; the numbers are only known once the users are.
own() {
  while IFS="$tab" read -r kind storage _ _ user _ owner; do
    [ "$kind:$owner" = dir:root ] && [ "$user" != root ] && chown "$(owner_of "$user")" "$storage"
  done <"$system/tables/keep"
}

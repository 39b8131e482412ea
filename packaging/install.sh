#!/bin/sh
# Installs Lethe from a folder that has its programs; `make install` and the Nix package both call this.
#
#   packaging/install.sh BUILD PART…
#
# engine   lethe-engine with its man pages, completions and polkit action
# window   lethe
# desktop  menu entry, icons, metainfo and man page of the window
#
# PREFIX             where it will lie (/usr/local); the polkit action names lethe-engine by this path
# DESTDIR            put before every path, for packages
# POLKITDIR          where polkit reads actions (PREFIX/share/polkit-1/actions)
# SOURCE_DATE_EPOCH  date of the man pages (today)
set -eu
umask 022

build=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
prefix=${PREFIX:-/usr/local}
data=${DESTDIR:-}$prefix/share
polkit=${DESTDIR:-}${POLKITDIR:-$prefix/share/polkit-1/actions}
id=org.lethe.Lethe

put() { # put MODE FROM TO
	mkdir -p "$(dirname "$3")"
	install -m "$1" "$2" "$3"
}

fill() { # fill EXPRESSION FROM TO: a file with what is only known now
	mkdir -p "$(dirname "$3")"
	sed "$1" "$2" >"$3"
	chmod 644 "$3"
}

engine() {
	put 755 "$build/lethe-engine" "${DESTDIR:-}$prefix/bin/lethe-engine"
	"$build/lethe-engine" docs "$data"
	fill "s|@ENGINE@|$prefix/bin/lethe-engine|" "$here/$id.policy.in" "$polkit/$id.policy"
	put 644 "$here/../LICENSE" "$data/doc/lethe/LICENSE"
}

window() {
	put 755 "$build/lethe" "${DESTDIR:-}$prefix/bin/lethe"
}

desktop() {
	put 644 "$here/$id.desktop" "$data/applications/$id.desktop"
	put 644 "$here/$id.metainfo.xml" "$data/metainfo/$id.metainfo.xml"
	for icon in "$here"/icons/*.png; do
		size=$(basename "$icon" .png)
		put 644 "$icon" "$data/icons/hicolor/${size}x$size/apps/$id.png"
	done
	put 644 "$here/../assets/icon.png" "$data/icons/hicolor/512x512/apps/$id.png"
	put 644 "$here/../assets/icon.svg" "$data/icons/hicolor/scalable/apps/$id.svg"
	version=$(sed -n 's/^Version = "\(.*\)"$/\1/p' "$here/../FyneApp.toml")
	date=$(date -u ${SOURCE_DATE_EPOCH:+-d "@$SOURCE_DATE_EPOCH"} +%Y-%m-%d)
	fill "s|@VERSION@|$version|; s|@DATE@|$date|" "$here/lethe.1" "$data/man/man1/lethe.1"
}

for part in "$@"; do
	case $part in
	engine | window | desktop) "$part" ;;
	*)
		echo "install.sh: there is no part $part: name engine, window or desktop" >&2
		exit 2
		;;
	esac
done

#!/bin/bash
# Makes what a release offers, from the last commit alone: packaging/dist.sh FOLDER
#
#   lethe-VERSION.tar.gz               the source
#   lethe-VERSION-linux-ARCH.tar.gz    the programs for this machine, to be unpacked at /
#   SHA256SUMS
#
# The same commit and compilers give the same bytes, in whatever folder and whenever.
set -euo pipefail
umask 022

root=$(cd "$(dirname "$0")/.." && pwd)
git -C "$root" rev-parse --verify -q HEAD >/dev/null || { echo "dist.sh: this is no git clone, and a release is made from a commit" >&2; exit 1; }
test -z "$(git -C "$root" status --porcelain)" || echo "What is not committed is left out." >&2
mkdir -p "$1"
out=$(cd "$1" && pwd)

SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
version=$(git -C "$root" show HEAD:FyneApp.toml | sed -n 's/^Version = "\(.*\)"$/\1/p')
source=lethe-$version
programs=$source-linux-$(go env GOARCH)
work=$(mktemp -d "$out/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

pack() { # pack NAME: the folder in work as NAME.tar.gz
	tar -C "$work" --format=gnu --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf - "$1" | gzip -9n >"$out/$1.tar.gz"
}

git -C "$root" archive --prefix="$source/" HEAD | tar -C "$work" -x
pack "$source"
make -C "$work/$source" install DESTDIR="$work/$programs" PREFIX=/usr
(
	cd "$work/$source"
	# The licences of what is linked in, as they ask for it: of each module, with the parts that come from elsewhere, and of Go.
	licences=$work/$programs/usr/share/doc/lethe/licenses
	install -D -m 644 "$(go env GOROOT)/LICENSE" "$licences/go/LICENSE"
	CGO_ENABLED=1 go list -deps -tags gles,no_animations,no_emoji -f '{{with .Module}}{{.Path}} {{.Dir}}{{end}}' ./app ./engine/cmd/lethe-engine | sort -u |
		while read -r module folder; do
			test "$module" != lethe || continue
			found=$(find "$folder" -name testdata -prune -o -type f \( -iname 'licen[sc]e*' -o -iname 'copying*' \) ! -name '*.go' -printf '%P\n' | sort)
			test -n "$found" || { echo "dist.sh: $module has no licence" >&2; exit 1; }
			while read -r file; do install -D -m 644 "$folder/$file" "$licences/$module/$file"; done <<<"$found"
		done
)
pack "$programs"
(cd "$out" && sha256sum "$source.tar.gz" "$programs.tar.gz" >SHA256SUMS && cat SHA256SUMS)

#!/bin/bash
# The hash that nixpkgs' buildGoModule asks for as vendorHash: of `go mod vendor`, as a NAR.
#
#   nix/vendor-hash.sh           print it
#   nix/vendor-hash.sh --check   fail when nix/vendor-hash.nix says something else
#   nix/vendor-hash.sh --write   write it there
#
# buildGoModule runs the same command on the same go.mod, go.sum and packages, and hashes what is in vendor/. A NAR knows of
# modes only whether a file can be executed, and of times nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
GOFLAGS="" GOWORK=off go mod vendor -o "$work/vendor" 2>"$work/said" || { cat "$work/said" >&2; exit 1; }
hash=$(nix --extra-experimental-features nix-command hash path "$work/vendor")

case ${1-} in
"") echo "$hash" ;;
--check)
	grep -qF "\"$hash\"" nix/vendor-hash.nix || {
		echo "nix/vendor-hash.nix says $(tail -n 1 nix/vendor-hash.nix), but what go.mod, go.sum and the imports ask for has $hash; run make vendor-hash" >&2
		exit 1
	}
	;;
--write)
	printf '# Of go mod vendor; "make vendor-hash" writes it and "make lint" checks it.\n"%s"\n' "$hash" >nix/vendor-hash.nix
	echo "$hash"
	;;
*)
	echo "vendor-hash.sh: there is no option $1" >&2
	exit 2
	;;
esac

#!/bin/bash
# Parses every Nix file of this repository and checks how it is formatted.
#
# NIXFMT  nixfmt 1.x; default: nixfmt where it is installed. Debian has no package of it: there only what any editor can get
#         wrong is looked at (tabs, blank ends of lines, the end of the file), and that is said.
set -euo pipefail
cd "$(dirname "$0")/.."

mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.nix' | while read -r file; do test ! -e "$file" || echo "$file"; done)
test "${#files[@]}" -gt 0 || { echo "lint.sh: no Nix files were found" >&2; exit 1; }
NIX_STATE_DIR=$(mktemp -d)
trap 'rm -rf "$NIX_STATE_DIR"' EXIT
export NIX_STATE_DIR NIX_STORE_DIR=$NIX_STATE_DIR/store
nix-instantiate --parse "${files[@]}" >/dev/null

formatter=${NIXFMT-$(command -v nixfmt || true)}
if [ -n "$formatter" ]; then
	"$formatter" --check "${files[@]}"
	exit
fi
bad=0
for file in "${files[@]}"; do
	if grep -nP '\t|[ \t\r]$' "$file" /dev/null; then bad=1; fi
	if [ -n "$(tail -c 1 "$file")" ] || [ -z "$(tail -n 1 "$file")" ]; then
		echo "$file does not end with one line end"
		bad=1
	fi
done
test "$bad" = 0
echo "nixfmt is not installed: ${#files[@]} Nix files were parsed, and looked at for tabs and blank ends, but their formatting was not checked (NIXFMT=… make lint)."

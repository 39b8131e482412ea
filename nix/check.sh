#!/bin/sh
# Checks generated repositories, and Lethe's own flake, with tools that a plain test run does not have.
#
#   nix/check.sh FOLDER        each folder below FOLDER is a repository (make them with: go test ./engine/flake -run Golden -write FOLDER)
#
# NIXFMT        nixfmt 1.x, or nixfmt_rs, which gives the same bytes (cargo install nixfmt_rs --version 0.4.0); default: nixfmt
# NIXPKGS       a checkout of nixpkgs; evaluates every repository to the derivation of its system, and the flake to those of its outputs
# IMPERMANENCE  a checkout of nix-community/impermanence, needed with NIXPKGS
# HOME_MANAGER  a checkout of nix-community/home-manager of the same release, needed with NIXPKGS
#
# What cannot be checked is said and counted as a failure, unless NIXFMT or NIXPKGS is empty on purpose
# (NIXPKGS= nix/check.sh FOLDER).
set -eu

folder=$1
here=$(cd "$(dirname "$0")" && pwd)
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
export HOME="$state" NIX_STATE_DIR="$state/state" NIX_STORE_DIR="$state/store" NIX_CONFIG='experimental-features = nix-command flakes'

bad=0
fail() {
	echo "FAILED: $*" >&2
	bad=1
}

formatter=${NIXFMT-nixfmt}
if [ -n "$formatter" ]; then
	find "$folder" -type f -name '*.nix' ! -name hardware-configuration.nix -exec "$formatter" --check {} + || fail "formatting"
fi

if [ -z "${NIXPKGS-}" ]; then
	[ -n "${NIXPKGS+empty}" ] || fail "NIXPKGS is not set: nothing was evaluated against nixpkgs"
	exit "$bad"
fi
: "${IMPERMANENCE:?set it to a checkout of nix-community/impermanence}" "${HOME_MANAGER:?set it to a checkout of nix-community/home-manager}"

for repo in "$folder"/*/; do
	repo=${repo%/}
	host=$(sed -n 's/^ *nixosConfigurations\.\([^ ]*\) = .*/\1/p' "$repo/flake.nix")
	result=$(nix-instantiate --readonly-mode --eval --strict --json "$here/check.nix" --argstr repo "$(realpath "$repo")" --argstr host "$host" \
		--argstr nixpkgs "$NIXPKGS" --argstr impermanence "$IMPERMANENCE" --argstr home-manager "$HOME_MANAGER") || {
		fail "$repo does not evaluate"
		continue
	}
	if printf '%s' "$result" | jq -e '.failed == [] and .warnings == [] and .root == "tmpfs" and .nix and .initrdKeymap' >/dev/null; then
		printf '%s %s\n' "$repo" "$(printf '%s' "$result" | jq -r .toplevel)"
	else
		fail "$repo: $(printf '%s' "$result" | jq -c '{failed, warnings, root, nix, initrdKeymap}')"
	fi
done

# Lethe's own flake, with the same inputs.
nix-instantiate --readonly-mode --eval --strict --json "$here/check-flake.nix" \
	--argstr nixpkgs "$NIXPKGS" --argstr impermanence "$IMPERMANENCE" --argstr home-manager "$HOME_MANAGER" | jq -r '.packages | to_entries[] | "\(.key) \(.value)"' ||
	fail "Lethe's flake does not evaluate"
exit "$bad"

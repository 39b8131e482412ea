#!/bin/bash
# Checks an installed tree with the tools that desktops and distributions use: packaging/check.sh TREE PREFIX
set -euo pipefail

tree=$1 prefix=$2
data=$tree$prefix/share
id=org.lethe.Lethe
dtd=${POLKIT_DTD:-/usr/share/polkit-1/policyconfig-1.dtd}

desktop-file-validate "$data/applications/$id.desktop"
appstreamcli validate --no-net "$data/metainfo/$id.metainfo.xml"
appstreamcli validate-tree --no-net "$tree"
xmllint --noout --nonet --dtdvalid "$dtd" "$data/polkit-1/actions/$id.policy"
invoked=$(xmllint --nonet --xpath 'string(//annotate[@key="org.freedesktop.policykit.exec.path"])' "$data/polkit-1/actions/$id.policy")
test -x "$tree$invoked" || { echo "check.sh: polkit allows $invoked, and that is no program in $tree" >&2; exit 1; }
mandoc -T lint -W warning "$data"/man/man1/*.1
bash -n "$data/bash-completion/completions/lethe-engine"
zsh -n "$data/zsh/site-functions/_lethe-engine"
fish -n "$data/fish/vendor_completions.d/lethe-engine.fish"
echo "The packaging in $tree is valid."

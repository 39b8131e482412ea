#!/bin/bash
# Lets the case under test break something before a program that it has chosen; see record.sh.
name=$1 program=$2
shift 2
# shellcheck source=/dev/null # a case's own
. "/run/hook/$name"
exec "$program" "$@"

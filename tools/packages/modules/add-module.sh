#!/usr/bin/env bash
# Writes <name>-<version>/go.mod + go.sum, from which programs of one release of a Go module are built.
# Usage: add-module.sh containerd github.com/containerd/containerd/v2@v2.4.2 cmd/containerd cmd/ctr ...
set -euo pipefail
name=${1:?usage: $0 NAME MODULE@VERSION PACKAGE...} release=${2:?missing MODULE@VERSION}
shift 2
module=${release%@*} version=${release#*@}
upstream=$(go mod download -json "$release" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
cd "$(dirname "$0")"
mkdir -p "$name-${version#v}"
cd "$name-${version#v}"
{
  echo "module tke.local/$name-${version#v}"
  echo
  sed -n '/^go /p;/^godebug /p' "$upstream"
  echo
  echo "require $module $version"
  echo
  echo 'tool ('
  for package in "$@"; do
    if [ "$package" = . ]; then printf '\t%s\n' "$module"; else printf '\t%s\n' "$module/$package"; fi
  done
  echo ')'
} >go.mod
go mod tidy

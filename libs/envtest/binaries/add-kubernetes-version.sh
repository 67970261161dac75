#!/usr/bin/env bash
# Writes kubernetes-<minor>/go.mod + go.sum, from which the control plane binaries of one Kubernetes release are built.
# k8s.io/kubernetes requires its staging modules at v0.0.0, so every one of them needs a replace line of its own
# (https://github.com/kubernetes/kubernetes/issues/79384).
# Usage: add-kubernetes-version.sh v1.36.3
set -euo pipefail
version=${1:?usage: $0 v1.MINOR.PATCH}
case $version in v1.*.*) ;; *) echo "not a Kubernetes release: $version (want v1.MINOR.PATCH)" >&2; exit 2 ;; esac
minor=$(cut -d. -f2 <<<"$version")
staging=v0.${version#v1.}
here=$(cd "$(dirname "$0")" && pwd)
dir=$here/kubernetes-1.$minor
upstream=$(go mod download -json "k8s.io/kubernetes@$version" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
mkdir -p "$dir"
cd "$dir"
{
  echo "module tke.local/kubernetes-1.$minor"
  echo
  sed -n '/^go /p;/^godebug /p' "$upstream"
  echo
  echo "require k8s.io/kubernetes $version"
  echo
  echo 'replace ('
  sed -n 's#^\t\(k8s.io/[a-z-]*\) v0\.0\.0\( .*\)\{0,1\}$#\t\1 => \1 '"$staging"'#p' "$upstream"
  echo ')'
  echo
  echo 'tool ('
  for command in kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubeadm kubectl kubelet; do printf '\tk8s.io/kubernetes/cmd/%s\n' "$command"; done
  echo ')'
} >go.mod
go mod tidy

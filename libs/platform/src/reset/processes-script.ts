/**
 * Functions: ends the kubelet, then all pods, then the runtime, and takes away what they have mounted. `left` says what did not go.
 *
 * kubeadm does the most of it while the runtime still answers (it lets CNI plugins clean up behind each pod). The members of etcd are
 * left alone: the whole cluster goes, or the member was taken out before.
 */
export const processesScript = `
stop_kubelet() { systemctl disable --now kubelet.service 2> /dev/null; }

kubeadm_reset() {
  [ -x /usr/local/bin/kubeadm ] && systemctl is-active --quiet containerd.service || return 0
  timeout 240 /usr/local/bin/kubeadm reset --force --skip-phases=remove-etcd-member \\
    --cri-socket=unix:///run/containerd/containerd.sock < /dev/null ||
    echo 'kubeadm reset failed, going on without it'
}

stop_units() {
  for unit; do systemctl disable --now "$unit" 2> /dev/null; done
}

# Those of the host: a container on it may have a Kubernetes inside (kind), which looks the same from here.
pod_groups() { for group in /sys/fs/cgroup/kubepods* /sys/fs/cgroup/*/kubepods*; do [ -d "$group" ] && echo "$group"; done; }

pod_processes() {
  find $(pod_groups) /dev/null -name cgroup.procs -exec cat {} + 2> /dev/null | sort -un
  for process in /proc/[0-9]*; do
    case "$(readlink "$process/exe")" in
      /usr/local/bin/containerd-shim-runc-v2*)
        [ "$(readlink "$process/ns/mnt")" != "$(readlink /proc/1/ns/mnt)" ] || echo "\${process#/proc/}";;
    esac
  done
}

kill_pods() {
  rounds=20
  while found=$(pod_processes) && [ -n "$found" ]; do
    [ "$rounds" -gt 0 ] || { left "processes of pods: $(echo $found)"; break; }
    rounds=$((rounds - 1))
    kill -KILL $found 2> /dev/null
    sleep 0.3
  done
  systemctl stop kubepods.slice 2> /dev/null
  find $(pod_groups) /dev/null -depth -type d -exec rmdir {} + 2> /dev/null
}

# Lazily where something is still at work there, or a server does not answer any more.
unmount() { timeout 20 umount -- "$1" 2> /dev/null || timeout 20 umount -l -- "$1" 2> /dev/null || left "mount $1"; }

unmount_below() {
  cut -d ' ' -f 2 /proc/self/mounts | sort -ru | while read -r mount; do
    mount=$(printf '%b' "$mount") # a space is \\040 there
    case "$mount" in "$1"/*) unmount "$mount";; esac
  done
}

unmount_pods() {
  for folder in /var/lib/kubelet /run/containerd /var/lib/containerd; do unmount_below "$folder"; done
  for namespace in /run/netns/cni-*; do
    [ -e "$namespace" ] || continue
    unmount "$namespace"
    rm -f -- "$namespace"
  done
}
`;

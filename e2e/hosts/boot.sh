#!/bin/sh
# First process of a container that plays a machine: mends what an engine gives a container and a machine does not have,
# then becomes systemd. Runs at every start, so a reboot is no different.
set -e

# The engine mounts the host's own control groups read-only; systemd and the kubelet make groups in them.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
  ! mountpoint -q "$hierarchy" || mount -o remount,bind,rw "$hierarchy"
done

# As systemd does on a machine and not in a container; the kubelet needs it for the mounts of pods.
mount --make-rshared /

# The kubelet does not start without it.
[ -e /dev/kmsg ] || mknod -m 644 /dev/kmsg c 1 11

# Each boot has an id of its own, as systemd-nspawn(1) does it: what runs on a host tells by it that there was a reboot.
cat /proc/sys/kernel/random/uuid >/run/boot-id
mount --bind /run/boot-id /proc/sys/kernel/random/boot_id

# The engine mounts its own files there: they could not be replaced by rename, and changes would be gone after a reboot.
for file in hosts hostname resolv.conf; do
  if mountpoint -q "/etc/$file"; then
    content=$(cat "/etc/$file")
    umount "/etc/$file"
    [ -s "/etc/$file" ] || printf '%s\n' "$content" >"/etc/$file"
  fi
done

# The engine's resolver listens on 127.0.0.11, which CoreDNS takes for a loop. Nobody answers at the gateway, and says so at once.
if grep -q '127\.0\.0\.11' /etc/resolv.conf; then
  echo "nameserver $(ip -4 route show default | cut -d ' ' -f 3)" >/etc/resolv.conf
fi

# Rules of that resolver.
nft flush ruleset

exec env -i container=docker PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin /sbin/init

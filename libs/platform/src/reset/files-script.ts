import { kubeconfigMark } from '../steps/control-plane/ensure-kubeconfig.ts';
import { stateFolder } from '../hosts/state-folder.ts';
import { createdPath, originalsFolder } from '../steps/host/created-files.ts';
import { fstabMark } from '../steps/host/ensure-disable-swap.ts';
import { sysctlsBefore } from '../steps/host/ensure-sysctl.ts';
import { etcHostsFunction } from '../steps/host/etc-hosts.ts';

/** Functions: put back what steps have changed in files that are not ours. */
export const settingsScript = `${etcHostsFunction}
restore_settings() {
  api_server_hosts || left 'the line of the API server in /etc/hosts'
  if grep -q '^${fstabMark}' /etc/fstab 2> /dev/null; then
    sed -i 's/^${fstabMark}//' /etc/fstab && systemctl daemon-reload && swapon -a
  fi
  [ ! -f ${sysctlsBefore} ] || while IFS='=' read -r path value; do
    [ ! -f "/proc/sys/$path" ] || printf '%s\\n' "$value" 2> /dev/null > "/proc/sys/$path"
  done < ${sysctlsBefore}
  if [ "$(head -n 1 /root/.kube/config 2> /dev/null)" = '${kubeconfigMark}' ]; then rm -f /root/.kube/config; fi
  rm -rf /root/.kube/cache
}
`;

/**
 * Functions: remove files. Never what is mounted below: it may be the volume of a pod, with data of somebody. A folder that an administrator has made a
 * mount or a link of is emptied and stays.
 */
export const filesScript = `
remove() {
  if [ -d "$1" ] && { [ -L "$1" ] || mountpoint -q "$1"; }; then
    find -H "$1" -xdev -mindepth 1 -delete || left "$1"
  elif [ -e "$1" ] || [ -L "$1" ]; then
    rm -rf --one-file-system -- "$1" || left "$1"
  fi
}

# Those that cannot be put back are kept elsewhere: here they would pass for those of the next cluster.
kept=${stateFolder}-originals.$(date -u +%Y%m%dT%H%M%SZ)
restore_originals() {
  [ -d ${originalsFolder} ] || return 0
  find ${originalsFolder} -mindepth 1 ! -type d | while IFS= read -r copy; do
    path=\${copy#${originalsFolder}}
    mkdir -p -- "$(dirname -- "$path")" && cp -a --remove-destination -T -- "$copy" "$path" && rm -f -- "$copy" ||
      left "the original of $path, which is kept as $kept$path"
  done
  find ${originalsFolder} -depth -type d -exec rmdir -- {} + 2> /dev/null
  [ ! -d ${originalsFolder} ] || mv -T -- ${originalsFolder} "$kept" || left 'the folder ${originalsFolder}'
}
remove_created() {
  [ -f ${createdPath} ] || return 0
  tac ${createdPath} | while IFS= read -r path; do
    case "$path" in
      */) rmdir -- "$path" 2> /dev/null;;
      *) rm -f -- "$path" || left "$path";;
    esac
  done
}
`;

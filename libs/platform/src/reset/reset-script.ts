import { stateFolder } from '../hosts/state-folder.ts';
import { originalsFolder } from '../steps/host/created-files.ts';
import { filesScript, settingsScript } from './files-script.ts';
import { networkScript } from './network-script.ts';
import { tidiedFolders, unitsOf } from './owned-paths.ts';
import { processesScript } from './processes-script.ts';

const functions = `
export LC_ALL=C
left() { printf 'left: %s\\n' "$1"; }
${processesScript}
${networkScript}
${settingsScript}
${filesScript}
`;

/** Of POSIX. Goes on whatever fails; each line `left: …` of its output names what is still there. */
export function resetScript(paths: readonly string[]): string {
  const words = (texts: readonly string[]) => texts.map((text) => `'${text}'`).join(' ');
  return `${functions}
stop_kubelet
kubeadm_reset
stop_units ${words(unitsOf(paths))}
kill_pods
unmount_pods
remove_links
remove_routes
remove_rules
restore_settings
for path in ${words(paths)}; do remove "$path"; done
for folder in ${words(tidiedFolders(paths))}; do rmdir -- "$folder" 2> /dev/null; done
systemctl daemon-reload
systemctl reset-failed 'kubelet.service' 'containerd.service' 2> /dev/null
exit 0
`;
}

/** What goes last: files of `features.files`, for which those come back they took the place of, and all we know of the host, the lock included. */
export const leaveScript = `${functions}
remove_created
restore_originals
if [ -d '${originalsFolder}' ]; then
  find '${stateFolder}' -mindepth 1 -maxdepth 1 ! -path '${originalsFolder}' -exec rm -rf -- {} +
else
  remove '${stateFolder}'
fi
exit 0
`;

/** Both in one, for somebody at the host. */
export function resetByHandScript(paths: readonly string[]): string {
  return `#!/bin/sh
# Written by TKE. Makes this host what it was before it became part of a cluster: ends all pods, and removes their data.
# For hosts that the platform could not reach when they were removed. What does not go is printed.
[ "$(id -u)" = 0 ] || { echo 'only root can do this' >&2; exit 1; }
[ -f '${stateFolder}/mark' ] || { echo 'there is no mark of TKE on this host' >&2; exit 1; }
(${resetScript(paths)})
(${leaveScript})
`;
}

import type { Step } from '@tke/plan';

import type { BuildScope } from '../../build/scope.ts';
import { isWaiting } from '../../hosts/host-session.ts';
import { hostStepErrors } from './errors.ts';
import { everyNode } from './targets.ts';

/** In front of lines of /etc/fstab that we have turned off, for the reset. */
export const fstabMark = '#tke# ';

const swapoffLimitMs = 15 * 60_000;

/** Turns swap off in /etc/fstab, and prints what is in use. The third field of an entry is its type: fstab(5). */
const disableScript = `
file=/etc/fstab
if grep -Eq '^[[:space:]]*[^#[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]]|$)' "$file" 2>/dev/null; then
  cp -p -- "$file" "$file.tke" &&
    sed -E 's/^([[:space:]]*[^#[:space:]]+[[:space:]]+[^[:space:]]+[[:space:]]+swap([[:space:]].*)?)$/${fstabMark}\\1/' "$file" > "$file.tke" &&
    sync -- "$file.tke" && mv -T -- "$file.tke" "$file" || { rm -f -- "$file.tke"; exit 1; }
  systemctl daemon-reload
fi
sed 1d /proc/swaps
`;

/** The kubelet does not start on a host with swap (failSwapOn), unless the cluster's configuration of it allows that. */
export const ensureDisableSwap: Step<BuildScope> = {
  name: 'EnsureDisableSwap',
  targets: (scope) => (allowsSwap(scope) ? [] : everyNode(scope)),
  limitMs: 20 * 60_000,
  async run(scope, attempt) {
    const session = await scope.session(attempt.target);
    const { stdout } = await session.script(disableScript);
    if (stdout.trim() === '') {
      return undefined;
    }
    // Brings gigabytes back into memory.
    const run = await session.job(attempt, ['swapoff', '-a'], { limitMs: swapoffLimitMs });
    if (isWaiting(run)) {
      return { ...run, message: `swap of ${attempt.target} is brought back into memory` };
    }
    const { stdout: left } = await session.script('sed 1d /proc/swaps');
    if (left.trim() !== '') {
      throw hostStepErrors.SwapStays(`${attempt.target}: swap is on again: ${left.trim().split(/\s/, 1)[0] ?? ''}`);
    }
    return undefined;
  },
};

function allowsSwap({ cluster }: BuildScope): boolean {
  const configuration = cluster.spec.kubeletConfiguration as { readonly failSwapOn?: unknown } | undefined;
  return configuration?.failSwapOn === false;
}

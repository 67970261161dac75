import type { Step } from '@tke/plan';
import type { PackageImage } from '@tke/package-source';
import { forEachConcurrently } from '@tke/runtime';

import type { BuildScope } from '../../build/scope.ts';
import { archiveLabel, importedImages, pinnedLabel } from '../../containerd/images.ts';
import { isWaiting, type HostSession } from '../../hosts/host-session.ts';
import { stateFolder } from '../../hosts/state-folder.ts';
import { transfersAtOnce } from './install-programs.ts';
import { everyNode } from './targets.ts';

const archiveFolder = `${stateFolder}/images`;
const importLimitMs = 20 * 60_000;

/**
 * Imports what has not been imported. All images are pinned: hosts need no registry, so nothing could bring back what the kubelet
 * throws away on a full disk. $1, $2: reference and SHA-256 of the archive, and so on.
 */
const importScript = `
while [ $# -gt 0 ]; do
  reference=$1 digest=$2
  shift 2
  if ctr -n k8s.io images ls "name==$reference" | grep -q "${archiveLabel}=$digest"; then continue; fi
  ctr -n k8s.io images import "${archiveFolder}/$digest.tar" || exit 1
  ctr -n k8s.io images label "$reference" "${pinnedLabel}" "${archiveLabel}=$digest" || exit 1
done
`;

/** Gives containerd the images the host needs, by archives that are gone afterwards. */
export const ensureKubernetesImages: Step<BuildScope> = {
  name: 'EnsureKubernetesImages',
  targets: everyNode,
  limitMs: 40 * 60_000,
  async run(scope, attempt) {
    const { target, signal } = attempt;
    const [session, release] = await Promise.all([scope.session(target), scope.release(target)]);
    const isControlPlane = scope.controlPlane.includes(target);
    const images = release.images.filter(({ controlPlaneOnly }) => isControlPlane || !controlPlaneOnly);
    const missing = await missingImages(session, images);
    if (missing.length > 0) {
      await forEachConcurrently(missing, transfersAtOnce, signal, (image) =>
        session.upload(`${archiveFolder}/${image.sha256}.tar`, image, { mode: 0o600, parents: 0o700 }),
      );
      // All of them, whichever are missing now: the command of an attempt must stay the same while it is waited for.
      const words = images.flatMap(({ reference, sha256 }) => [reference, sha256]);
      const run = await session.job(attempt, ['sh', '-c', importScript, 'import-images', ...words], {
        limitMs: importLimitMs,
      });
      if (isWaiting(run)) {
        return { ...run, message: `images are imported on ${target}` };
      }
    }
    await session.run(['rm', '-rf', archiveFolder]);
    return undefined;
  },
};

async function missingImages(session: HostSession, images: readonly PackageImage[]): Promise<readonly PackageImage[]> {
  const { stdout } = await session.run(['ctr', '-n', 'k8s.io', 'images', 'ls']);
  const imported = importedImages(stdout);
  return images.filter(({ reference, sha256 }) => imported.get(reference) !== sha256);
}

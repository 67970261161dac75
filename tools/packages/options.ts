import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { catalogue, releaseOf, type Architecture, type KubernetesRelease } from '@tke/package-source';

export interface Options {
  readonly folder: string;
  readonly architecture: Architecture;
  readonly releases: readonly KubernetesRelease[];
  /** Versions that the folder has, complete and undamaged, are left as they are. */
  readonly absentOnly: boolean;
}

const repository = join(import.meta.dirname, '..', '..');
const architectures: Readonly<Record<string, Architecture>> = { x64: 'amd64', arm64: 'arm64' };

export const usage = `usage: node tools/packages/main.ts [--out FOLDER] [--version 1.36.3 ...] [--arch amd64] [--absent]
Default: .packages, every version of the catalogue, the architecture of this machine. --absent: only versions that are not there yet.`;

/** Throws an error that says what is wrong with an argument. `cpu`: of this machine, as Node names it. */
export function parseOptions(args: readonly string[], cpu: string): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: 'string', default: join(repository, '.packages') },
      version: { type: 'string', multiple: true, default: [] },
      arch: { type: 'string' },
      absent: { type: 'boolean', default: false },
    },
  });
  const own = architectures[cpu];
  const { arch = own } = values;
  if (own === undefined || arch !== own) {
    // pause, runc and the tools of kube-proxy are C, made with this machine's compiler and libraries.
    throw new Error(
      `packages for ${arch ?? cpu} are built on a machine of that kind (amd64 or arm64); this one is ${own ?? cpu}`,
    );
  }
  return {
    folder: values.out,
    architecture: own,
    absentOnly: values.absent,
    releases: values.version.length === 0 ? catalogue : values.version.map(knownRelease),
  };
}

function knownRelease(version: string): KubernetesRelease {
  const found = releaseOf(version);
  if (found === undefined) {
    const known = catalogue.map(({ kubernetes }) => kubernetes).join(', ');
    throw new Error(`Kubernetes ${version} is not in the catalogue, which has ${known}`);
  }
  return found;
}

import { basename } from 'node:path/posix';

import type { UploadSource } from '@tke/host';
import type { Step } from '@tke/plan';
import { forEachConcurrently } from '@tke/runtime';

import type { BuildScope } from '../../build/scope.ts';
import { fileErrors } from '../../files/errors.ts';
import type { PlatformFile } from '../../files/platform-files.ts';
import { noteCreated } from './created-files.ts';
import { transfersAtOnce } from './install-programs.ts';
import { everyNode } from './targets.ts';

interface Copy {
  readonly path: string;
  readonly mode: number;
  readonly source: UploadSource;
}

/** Puts `features.files` on the host: a file under the name of `dst`, a folder with all in it below `dst`. */
export const ensureCopyFiles: Step<BuildScope> = {
  name: 'EnsureCopyFiles',
  targets: (scope) => (filesOf(scope).length === 0 ? [] : everyNode(scope)),
  limitMs: 30 * 60_000,
  async run(scope, { target, signal }) {
    const session = await scope.session(target);
    const copies: Copy[] = [];
    for (const { src, dst } of filesOf(scope)) {
      const found = await scope.files.find(scope.cluster.spec.tenantID ?? '', src, signal);
      copies.push(
        ...found.map((file) => ({ path: destination(src, dst, file), mode: file.mode, source: file.source })),
      );
    }
    await noteCreated(
      session,
      copies.map(({ path }) => path),
    );
    await forEachConcurrently(copies, transfersAtOnce, signal, ({ path, mode, source }) =>
      session.upload(path, source, { mode, parents: 0o755 }),
    );
    return undefined;
  },
};

function filesOf({ cluster }: BuildScope) {
  return cluster.spec.features?.files ?? [];
}

/** A file goes to `dst` itself, or into it where that ends in /. */
function destination(src: string, dst: string, { path }: PlatformFile): string {
  const folder = dst.endsWith('/') ? dst : `${dst}/`;
  const found = path === '' ? (dst.endsWith('/') ? `${dst}${basename(src)}` : dst) : `${folder}${path}`;
  if (found.includes('\n')) {
    throw fileErrors.FileNotFound(`${JSON.stringify(found)} is no name for a file on a host: it has a line end in it`);
  }
  return found;
}

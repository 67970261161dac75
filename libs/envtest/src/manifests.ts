import { loadAll } from 'js-yaml';

import type { ClusterAccess } from './control-plane/cluster-access.ts';
import { errors } from './errors.ts';
import { waitFor } from './wait-for.ts';

export interface ApplyOptions {
  /** A user made with `user()`. Default: the administrator. */
  readonly user?: string;
  /** Owner of the fields. Default `envtest`. */
  readonly fieldManager?: string;
  readonly signal?: AbortSignal;
}

type Kubectl = Pick<ClusterAccess, 'kubectl'>;

interface Manifest {
  readonly kind?: string;
  readonly spec?: { readonly group?: string; readonly names?: { readonly plural?: string } };
}

/**
 * Applies manifests (YAML text or objects) server-side and takes fields over from other owners. CustomResourceDefinitions
 * go first, and it waits until they are served. Throws ApplyFailed with kubectl's words.
 */
export async function applyManifests(
  access: Kubectl,
  manifests: string | readonly object[],
  options: ApplyOptions = {},
): Promise<void> {
  const all = (typeof manifests === 'string' ? loadAll(manifests) : manifests) as readonly (Manifest | null)[];
  const definitions = all.filter((manifest) => manifest?.kind === 'CustomResourceDefinition');
  await apply(access, definitions, options);
  const names = definitions.map((crd) => `${crd?.spec?.names?.plural ?? ''}.${crd?.spec?.group ?? ''}`);
  await untilServed(access, new Set(names), options);
  await apply(
    access,
    all.filter((manifest) => manifest !== null && !definitions.includes(manifest)),
    options,
  );
}

async function apply(
  access: Kubectl,
  items: readonly unknown[],
  { user, signal, fieldManager = 'envtest' }: ApplyOptions,
): Promise<void> {
  if (items.length === 0) {
    return;
  }
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const args = ['apply', '--server-side', '--force-conflicts', `--field-manager=${fieldManager}`, '--filename=-'];
  const { code, stderr } = await access.kubectl(args, { input, ...(user && { user }), ...(signal && { signal }) });
  if (code !== 0) {
    throw errors.ApplyFailed(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
  }
}

/** Discovery lists a resource only once its CustomResourceDefinition is established. */
async function untilServed(access: Kubectl, names: ReadonlySet<string>, { signal }: ApplyOptions): Promise<void> {
  if (names.size === 0) {
    return;
  }
  const served = async () => {
    const { stdout } = await access.kubectl(['api-resources', '--cached=false', '--output=name']);
    const found = stdout.split('\n');
    const missing = [...names].filter((name) => !found.includes(name));
    return missing.length === 0 || Promise.reject(new Error(`${missing.join(', ')} not yet`));
  };
  await waitFor(served, {
    description: 'all applied CustomResourceDefinitions are served',
    timeoutMs: 30_000,
    ...(signal && { signal }),
  });
}

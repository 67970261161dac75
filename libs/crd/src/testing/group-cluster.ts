import {
  applyManifests,
  pipe,
  sharedControlPlane,
  succeeded,
  type ClusterAccess,
  type KubectlResult,
} from '@tke/envtest';
import type { KubeObject } from '@tke/meta';

import type { KindDescriptor } from '../kind.ts';
import { crdManifest } from '../manifest.ts';

/** An object as a test writes it. */
export type WrittenObject = Pick<KubeObject, 'apiVersion' | 'kind'> & {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
};

/** The API server that tests share, with the kinds of one API group, and what tests of kinds do there. */
export class GroupCluster {
  readonly access: ClusterAccess;
  readonly #namespace: string;

  private constructor(access: ClusterAccess, namespace: string) {
    this.access = access;
    this.#namespace = namespace;
  }

  /** @param namespace where the objects of the test are; made where it is missing */
  static async with(kinds: readonly KindDescriptor[], namespace = 'default'): Promise<GroupCluster> {
    const access = await sharedControlPlane();
    await applyManifests(access, kinds.map(crdManifest));
    await applyManifests(access, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
    return new GroupCluster(access, namespace);
  }

  /** @returns its name */
  async created(object: WrittenObject): Promise<string> {
    await succeeded(pipe(this.access, ['create'], object));
    return object.metadata.name ?? '';
  }

  /** What the server says to a creation, without storing it and without the checks of kubectl, which come before the server's. */
  tried(object: WrittenObject): Promise<KubectlResult> {
    return pipe(this.access, ['create', '--dry-run=server', '--validate=false'], object);
  }

  get(...args: readonly string[]): Promise<string> {
    return succeeded(this.access.kubectl(['get', `--namespace=${this.#namespace}`, ...args]));
  }

  async stored(kind: string, name: string): Promise<KubeObject & { readonly status?: object }> {
    return JSON.parse(await this.get(kind, name, '-o', 'json')) as KubeObject & { readonly status?: object };
  }

  /** Writes a status, as a controller does. */
  async observe(kind: string, name: string, status: object): Promise<void> {
    const patch = ['--subresource=status', '--type=merge', '-p', JSON.stringify({ status })];
    await succeeded(this.access.kubectl(['patch', `--namespace=${this.#namespace}`, kind, name, ...patch]));
  }

  /** The cells that `kubectl get` prints, the header first. */
  async printed(...args: readonly string[]): Promise<string[][]> {
    const lines = (await this.get(...args)).trim().split('\n');
    return lines.map((line) => line.split(/ {2,}/));
  }
}

/** A condition Ready as a controller writes it. */
export function readyCondition(status: 'True' | 'False', reason: string, message = ''): object {
  return { type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-02T03:04:05Z' };
}

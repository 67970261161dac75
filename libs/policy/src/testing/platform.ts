import { authKinds, rule, type Rule } from '@tke/api-auth';
import { businessKinds } from '@tke/api-business';
import { crdManifest } from '@tke/crd';
import { applyManifests, ControlPlane, waitFor } from '@tke/envtest';
import { connect, isNotFound, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { keyOf, type Condition, type Kind, type KubeObject, type ObjectKey } from '@tke/meta';
import { Cache, Manager, type EventRecorder, type Permission } from '@tke/runtime';

import { managerPermissions } from '../permissions.ts';
import { setupPolicy } from '../setup.ts';

interface RecordedEvent {
  readonly object: string;
  readonly type: string;
  readonly reason: string;
  readonly note: string;
}

const managerUser = 'manager';
/** For all that tests wait for: they run beside others on machines with few cores, which are taken away for seconds. Milliseconds. */
export const timeoutMs = 120_000;

/** A control plane with our kinds and no webhooks, and a manager that may do what `managerPermissions` says and no more. */
export class Platform {
  readonly controlPlane: ControlPlane;
  /** An administrator. */
  readonly admin: Client;
  readonly events: RecordedEvent[] = [];
  readonly #managerClient: Client;
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;

  private constructor(controlPlane: ControlPlane, admin: Client, managerClient: Client) {
    this.controlPlane = controlPlane;
    this.admin = admin;
    this.#managerClient = managerClient;
  }

  static async start(): Promise<Platform> {
    const controlPlane = await ControlPlane.start();
    const open = (kubeconfig: string) => connect({ kubeconfig, userAgent: 'policy-test/1', logger: discardLogger });
    await applyManifests(controlPlane, [
      ...[...authKinds, ...businessKinds].map(crdManifest),
      ...managerRbac(managerPermissions),
    ]);
    const admin = await open(controlPlane.kubeconfigPath);
    return new Platform(controlPlane, admin, await open(await controlPlane.user(managerUser)));
  }

  async startManager(): Promise<void> {
    const client = this.#managerClient;
    const cache = new Cache({ reader: client, logger: discardLogger });
    const manager = new Manager({ client, cache, logger: discardLogger, gracefulStopMs: timeoutMs });
    setupPolicy({ manager, cache, client, recorder: this.#recorder() });
    const stop = new AbortController();
    this.#running = { stop, ended: manager.start(stop.signal) };
    await Promise.race([manager.elected, this.#running.ended]);
  }

  async stopManager(): Promise<void> {
    this.#running?.stop.abort();
    await this.#running?.ended;
    this.#running = undefined;
  }

  async stop(): Promise<void> {
    await this.stopManager();
    await this.admin.close();
    await this.#managerClient.close();
    await this.controlPlane.stop();
  }

  /** Leaves the manager those of its permissions that pass. Resolves when the server, whose informers lag, goes by them. */
  async setPermissions(passes: (permission: Permission) => boolean): Promise<void> {
    await applyManifests(this.controlPlane, managerRbac(managerPermissions.filter(passes)));
    const resource = `${rule.plural}.${rule.group}`;
    const isKept = managerPermissions.some(
      (permission) =>
        permission.resources.includes(rule.plural) && permission.verbs.includes('create') && passes(permission),
    );
    const isInForce = async () => {
      const { stdout } = await this.controlPlane.kubectl(['auth', 'can-i', 'create', resource, `--as=${managerUser}`]);
      return stdout.trim() === (isKept ? 'yes' : 'no');
    };
    await waitFor(isInForce, { description: 'the permissions are in force', timeoutMs });
  }

  async apply(...objects: readonly KubeObject[]): Promise<void> {
    await applyManifests(this.controlPlane, objects);
  }

  /** Asks for the deletion, and resolves when the object is gone. */
  async remove<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<void> {
    const key: ObjectKey = { name, ...(namespace !== undefined && { namespace }) };
    const { metadata } = await this.admin.get(kind, key);
    await this.admin.delete(kind, key);
    const gone = () => this.admin.get(kind, key).then((now) => now.metadata.uid !== metadata.uid, isNotFound);
    await waitFor(gone, { description: `${kind.kind} ${name} is gone`, timeoutMs });
  }

  /** The rows made from an object, `ptype v0 v1 v2 [v3 v4]`, sorted. */
  async rowsOf(source: string): Promise<string[]> {
    const { items } = await this.admin.list(rule);
    return items
      .filter((item) => item.metadata.annotations?.['auth.tkestack.io/source'] === source)
      .map(rowText)
      .toSorted();
  }

  async untilRows(source: string, rows: readonly string[]): Promise<void> {
    const wanted = rows.toSorted().join('\n');
    const there = async () => {
      const found = (await this.rowsOf(source)).join('\n');
      return found === wanted || Promise.reject(new Error(`rows of ${source}:\n${found}`));
    };
    await waitFor(there, { description: `${source} has the rows\n${wanted}\n`, timeoutMs });
  }

  async untilNoRows(...sources: readonly string[]): Promise<void> {
    for (const source of sources) {
      await this.untilRows(source, []);
    }
  }

  /** The Ready condition of an object, once it speaks of the object as it is and has the reason. */
  async untilReason<T extends KubeObject>(kind: Kind<T>, object: KubeObject, reason: string): Promise<Condition> {
    const asked = async () => {
      const { metadata, status } = (await this.admin.get(kind, keyOf(object))) as KubeObject & {
        status?: { conditions?: Condition[]; observedGeneration?: number };
      };
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      const current = status?.observedGeneration === metadata.generation && ready?.reason === reason;
      return current ? ready : Promise.reject(new Error(JSON.stringify(status)));
    };
    return waitFor(asked, { description: `${kind.kind} ${object.metadata.name ?? ''} is ${reason}`, timeoutMs });
  }

  #recorder(): EventRecorder {
    return {
      event: (regarding, type, reason, _action, note) => {
        this.events.push({ object: `${regarding.kind}/${regarding.metadata.name ?? ''}`, type, reason, note });
      },
    };
  }
}

export function rowText({ spec }: Rule): string {
  return [spec.ptype, spec.v0, spec.v1, spec.v2, spec.v3, spec.v4].filter((value) => value !== undefined).join(' ');
}

function managerRbac(permissions: readonly Permission[]): KubeObject[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: managerUser };
  const rules = permissions.map(({ group, resources, verbs }) => ({ apiGroups: [group], resources, verbs }));
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: managerUser };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: managerUser }];
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules } as KubeObject,
    { apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef, subjects } as KubeObject,
  ];
}

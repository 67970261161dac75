import { adoptAnnotation, memberLabels, type BusinessNamespace } from '@tke/api-business';
import { waitFor } from '@tke/envtest';
import { isNotFound, type Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';
import { ShiftedClock } from '@tke/time';

import { namespaceKind, projectKind } from '../../objects/kinds.ts';
import { addProjectController } from '../../project/project-controller.ts';
import { projectPermissions } from '../../project/permissions.ts';
import { BusinessHub } from '../../testing/business-hub.ts';
import { aNamespace, aProject, aTenant } from '../../testing/objects.ts';
import { resourceQuota } from '../member-kinds.ts';
import { addNamespaceController } from '../namespace-controller.ts';
import { namespacePermissions } from '../permissions.ts';

const timeoutMs = 120_000;
/** What a deletion has. Longer than a machine may stand still: who waits for the end of it lets it pass by `giveUp`. */
const giveUpAfterMs = 600_000;

export const clusterName = 'cls-a';

type Hard = Readonly<Record<string, string | number>>;

/** A hub with projects and one member, whose namespaces are kept. */
export class NamespaceBed {
  readonly hub: BusinessHub;
  /** Of managers: methods and answers of requests to the hub and to the member. */
  readonly requests: { readonly hub: string[]; readonly member: string[] };
  readonly #clock: ShiftedClock;

  private constructor(hub: BusinessHub, requests: NamespaceBed['requests'], clock: ShiftedClock) {
    this.hub = hub;
    this.requests = requests;
    this.#clock = clock;
  }

  /** The projects have 10 cpu and 100 pods each. */
  static async start(projects: readonly string[]): Promise<NamespaceBed> {
    const requests: NamespaceBed['requests'] = { hub: [], member: [] };
    const clock = new ShiftedClock();
    const hub = await BusinessHub.start({
      controllers: [
        addProjectController,
        (host, deps) => addNamespaceController(host, { ...deps, clock }, { giveUpAfterMs }),
      ],
      permissions: [...projectPermissions, ...namespacePermissions],
      onRequest: ({ method, code }) => requests.hub.push(`${method} ${code}`),
      onMemberRequest: ({ method, code }) => requests.member.push(`${method} ${code}`),
    });
    await hub.apply(aTenant('acme'));
    await hub.addMember(clusterName, 'acme');
    await hub.startManager();
    const bed = new NamespaceBed(hub, requests, clock);
    await Promise.all(projects.map((name) => bed.project(name, { cpu: '10', pods: '100' })));
    return bed;
  }

  get member(): Client {
    return this.hub.member(clusterName);
  }

  async project(name: string, hard: Hard): Promise<void> {
    await this.hub.apply(aProject(name, { [clusterName]: hard }));
    await this.hub.untilReason(projectKind, { metadata: { name } }, 'Succeeded');
  }

  async apply(
    project: string,
    namespace: string,
    hard: Hard = { cpu: '1', pods: '10' },
    spec: Partial<BusinessNamespace['spec']> = {},
  ): Promise<void> {
    await this.hub.apply(aNamespace(project, [spec.clusterName ?? clusterName, namespace], hard, spec));
  }

  /** Applies it, and waits until it is there. */
  async given(project: string, namespace: string, hard?: Hard): Promise<BusinessNamespace> {
    await this.apply(project, namespace, hard);
    return this.untilReason(project, namespace, 'Succeeded');
  }

  /** As somebody who may. */
  async adopt(project: string, namespace: string): Promise<void> {
    const body = { metadata: { annotations: { [adoptAnnotation]: 'true' } } };
    await this.hub.admin.patch(namespaceKind, objectOf(project, namespace).metadata, { type: 'merge', body });
  }

  untilReason(project: string, namespace: string, reason: string): Promise<BusinessNamespace> {
    return this.hub.untilReason(namespaceKind, objectOf(project, namespace), reason);
  }

  until(
    project: string,
    namespace: string,
    what: string,
    passes: (status: Status) => boolean,
  ): Promise<BusinessNamespace> {
    return this.hub.until(namespaceKind, objectOf(project, namespace), what, ({ status }) => passes(status ?? {}));
  }

  get(project: string, namespace: string): Promise<BusinessNamespace> {
    return this.hub.admin.get(namespaceKind, objectOf(project, namespace).metadata);
  }

  delete(project: string, namespace: string): Promise<unknown> {
    return this.hub.admin.delete(namespaceKind, objectOf(project, namespace).metadata);
  }

  untilGone(project: string, namespace: string): Promise<unknown> {
    const isGone = () =>
      this.get(project, namespace).then(
        ({ status }) => Promise.reject(new Error(JSON.stringify(status))),
        (error: unknown) => isNotFound(error) || Promise.reject(error as Error),
      );
    return this.eventually(`${namespace} is gone`, isGone);
  }

  /** Lets the time pass that a deletion under way has, and resolves when that has ended. */
  async giveUp(project: string, namespace: string): Promise<void> {
    this.#clock.shiftMs = giveUpAfterMs;
    try {
      // The timer that would wake the controller is the system's.
      const body = { metadata: { annotations: { 'test.tkestack.io/time': 'passed' } } };
      await this.hub.admin.patch(namespaceKind, objectOf(project, namespace).metadata, { type: 'merge', body });
      await this.untilGone(project, namespace);
    } finally {
      this.#clock.shiftMs = 0;
    }
  }

  /** The cpu that the ledger of a project has for a Namespace; undefined for nothing. */
  async chargedFor(project: string, namespace: string): Promise<string | number | undefined> {
    const { status } = await this.hub.admin.get(projectKind, { name: project });
    const { name } = objectOf(project, namespace).metadata;
    return status?.charges?.find((each) => each.name === name)?.clusters[clusterName]?.hard?.cpu;
  }

  /** Writes of managers so far. Watches end and begin anew, and probes go on: those are GETs. */
  get writes(): { readonly hub: readonly string[]; readonly member: readonly string[] } {
    const written = (requests: readonly string[]) => requests.filter((request) => !request.startsWith('GET'));
    return { hub: written(this.requests.hub), member: written(this.requests.member) };
  }

  /** The answer to a write comes to the manager after everybody else may have seen what was written. */
  async atRest(): Promise<void> {
    let seen = -1;
    const isUnchanged = () => {
      const before = seen;
      const { hub, member } = this.writes;
      seen = hub.length + member.length;
      return seen === before;
    };
    await waitFor(isUnchanged, { description: 'nothing is written any more', timeoutMs, intervalMs: 1_000 });
  }

  eventually(description: string, passes: () => Promise<boolean>): Promise<unknown> {
    return waitFor(passes, { description, timeoutMs });
  }

  async hardOf(name: string): Promise<Record<string, string> | undefined> {
    return (await this.member.get(resourceQuota, { namespace: name, name })).spec?.hard;
  }

  /** Project and Namespace that own it, as its labels say. */
  async ownerOf(name: string): Promise<string> {
    const { labels = {} } = (await this.member.get(coreKinds.namespace, { name })).metadata;
    return `${labels[memberLabels.project] ?? ''}/${labels[memberLabels.namespace] ?? ''}`;
  }

  async label(name: string, labels: Readonly<Record<string, string | null>>): Promise<void> {
    await this.member.patch(coreKinds.namespace, { name }, { type: 'merge', body: { metadata: { labels } } });
  }
}

type Status = NonNullable<BusinessNamespace['status']>;

const objectOf = (namespace: string, name: string) => ({ metadata: { namespace, name: `${clusterName}-${name}` } });

import { adoptAnnotation, memberLabels, type BusinessNamespace } from '@tke/api-business';
import { waitFor } from '@tke/envtest';
import type { Client } from '@tke/kube-client';
import { coreKinds } from '@tke/meta';

import { namespaceKind, projectKind } from '../../objects/kinds.ts';
import { addProjectController } from '../../project/project-controller.ts';
import { projectPermissions } from '../../project/permissions.ts';
import { BusinessHub } from '../../testing/business-hub.ts';
import { aNamespace, aProject } from '../../testing/objects.ts';
import { resourceQuota } from '../member-kinds.ts';
import { addNamespaceController } from '../namespace-controller.ts';
import { namespacePermissions } from '../permissions.ts';

const timeoutMs = 60_000;

export const clusterName = 'cls-a';

type Hard = Readonly<Record<string, string | number>>;

/** A hub with projects and one member, whose namespaces are kept. */
export class NamespaceBed {
  readonly hub: BusinessHub;
  /** Of managers: methods and answers of requests to the hub and to the member. */
  readonly requests: { readonly hub: string[]; readonly member: string[] };

  private constructor(hub: BusinessHub, requests: NamespaceBed['requests']) {
    this.hub = hub;
    this.requests = requests;
  }

  /** `giveUpAfterMs` is that of deletions. The projects have 10 cpu and 100 pods each. */
  static async start(giveUpAfterMs: number, projects: readonly string[]): Promise<NamespaceBed> {
    const requests: NamespaceBed['requests'] = { hub: [], member: [] };
    const hub = await BusinessHub.start({
      controllers: [addProjectController, (host, deps) => addNamespaceController(host, deps, { giveUpAfterMs })],
      permissions: [...projectPermissions, ...namespacePermissions],
      onRequest: ({ method, code }) => requests.hub.push(`${method} ${code}`),
      onMemberRequest: ({ method, code }) => requests.member.push(`${method} ${code}`),
    });
    await hub.addMember(clusterName, 'acme');
    await hub.startManager();
    const bed = new NamespaceBed(hub, requests);
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
        () => true,
      );
    return this.eventually(`${namespace} is gone`, isGone);
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

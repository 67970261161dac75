import { expect } from '@jest/globals';
import type { Project } from '@tke/api-business';
import { waitFor } from '@tke/envtest';
import { isNotFound } from '@tke/kube-client';
import { ShiftedClock } from '@tke/time';

import { namespaceKind, projectKind } from '../../objects/kinds.ts';
import { BusinessHub, conditionOf, type RunningManager } from '../../testing/business-hub.ts';
import { addNamespacesInForce } from '../../testing/namespaces-in-force.ts';
import { aCluster, aTenant } from '../../testing/objects.ts';
import { projectPermissions } from '../permissions.ts';
import { addProjectController } from '../project-controller.ts';

const timeoutMs = 120_000;

const namespacesInForce = [
  { group: projectKind.group, resources: ['namespaces'], verbs: ['patch'] },
  { group: projectKind.group, resources: ['namespaces/status'], verbs: ['patch'] },
] as const;

/** A hub whose projects are kept, without members. */
export class ProjectBed {
  readonly hub: BusinessHub;
  readonly manager: RunningManager;
  readonly #clock: ShiftedClock;

  private constructor(hub: BusinessHub, manager: RunningManager, clock: ShiftedClock) {
    this.hub = hub;
    this.manager = manager;
    this.#clock = clock;
  }

  static async start(): Promise<ProjectBed> {
    const clock = new ShiftedClock();
    const hub = await BusinessHub.start({
      controllers: [(host, deps) => addProjectController(host, { ...deps, clock }), addNamespacesInForce],
      permissions: [...projectPermissions, ...namespacesInForce],
    });
    await hub.apply(aTenant('acme'), aTenant('other'), aCluster('cls-a'));
    return new ProjectBed(hub, await hub.startManager(), clock);
  }

  /** Puts the clock of the controller forward for a while. Its timers are the system's all the same. */
  async later<T>(byMs: number, work: () => Promise<T>): Promise<T> {
    this.#clock.shiftMs = byMs;
    return work().finally(() => (this.#clock.shiftMs = 0));
  }

  get(name: string): Promise<Project> {
    return this.hub.admin.get(projectKind, { name });
  }

  patch(name: string, body: object): Promise<Project> {
    return this.hub.admin.patch(projectKind, { name }, { type: 'merge', body });
  }

  editSpec(name: string, spec: object): Promise<Project> {
    return this.patch(name, { spec });
  }

  editStatus(name: string, status: object): Promise<Project> {
    return this.hub.admin.patch(projectKind, { name }, { type: 'merge', body: { status } }, { subresource: 'status' });
  }

  until(name: string, description: string, passes: (project: Project) => boolean): Promise<Project> {
    return this.hub.until(projectKind, { metadata: { name } }, description, passes);
  }

  untilReason(name: string, reason: string): Promise<Project> {
    return this.hub.untilReason(projectKind, { metadata: { name } }, reason);
  }

  ready(name: string): Promise<Project> {
    return this.untilReason(name, 'Succeeded');
  }

  /** What its conditions say then. */
  async stalled(name: string, reason: string): Promise<string> {
    const found = await this.untilReason(name, reason);
    expect(conditionOf(found, 'Stalled')?.status).toBe('True');
    return conditionOf(found, 'Ready')?.message ?? '';
  }

  gone(name: string): Promise<unknown> {
    const isGone = () =>
      this.get(name).then(({ status }) => Promise.reject(new Error(JSON.stringify(status))), isNotFound);
    return waitFor(isGone, { description: `${name} is gone`, timeoutMs });
  }

  /** Until a Namespace has its limits. */
  inForce(namespace: string, name: string, hard: object): Promise<unknown> {
    const isInForce = async () => {
      const found = await this.hub.admin.get(namespaceKind, { namespace, name });
      return JSON.stringify(found.status?.cachedSpecHard) === JSON.stringify(hard);
    };
    return waitFor(isInForce, { description: `${namespace}/${name} has ${JSON.stringify(hard)}`, timeoutMs });
  }
}

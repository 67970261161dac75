import type { Client } from '@tke/kube-client';
import type { MemberClusters } from '@tke/member-cluster';
import type { Cache, ControllerHost, EventRecorder } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';

import { addCredentialController } from './credential/credential-controller.ts';
import { addEmigrationController } from './emigration/emigration-controller.ts';
import { addNamespaceController } from './namespace/namespace-controller.ts';
import { addProjectController } from './project/project-controller.ts';

export interface BusinessOptions {
  readonly manager: ControllerHost;
  /** That of the manager. */
  readonly cache: Cache;
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** Kept up to date by somebody else. */
  readonly members: MemberClusters;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Adds the informers and all controllers of business.tkestack.io to a manager that has not started. */
export function setupBusiness({ manager, clock = systemClock, ...rest }: BusinessOptions): void {
  const dependencies = { ...rest, clock, fieldManager: 'tke/business' };
  addProjectController(manager, dependencies);
  addNamespaceController(manager, dependencies);
  addEmigrationController(manager, dependencies);
  addCredentialController(manager, dependencies);
}

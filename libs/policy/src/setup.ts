import type { Client } from '@tke/kube-client';
import type { ControllerHost, EventRecorder } from '@tke/runtime';
import { systemClock, type Clock } from '@tke/time';

import { addCategoryController } from './catalogue/category-reconciler.ts';
import { CacheDirectory } from './directory.ts';
import { addLocalIdentityController } from './identity/local-identity-reconciler.ts';
import { registerInformers, type PolicyCache } from './informers.ts';
import { fieldManager } from './names.ts';
import { addAuthoredRuleController } from './rules/authored-rule-reconciler.ts';
import { addRuleSourceControllers } from './rules/rule-source-controllers.ts';
import { addIdentityProviderController } from './tenant/identity-provider-reconciler.ts';

export interface PolicyOptions {
  readonly manager: ControllerHost;
  /** The cache of the manager. */
  readonly cache: PolicyCache;
  readonly client: Client;
  readonly recorder: EventRecorder;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** Adds the informers and all controllers of auth.tkestack.io to a manager that has not started. */
export function setupPolicy({ manager, cache, client, recorder, clock = systemClock }: PolicyOptions): void {
  registerInformers(cache);
  const dependencies = { client, cache, recorder, clock, fieldManager, directory: new CacheDirectory(cache) };
  addRuleSourceControllers(manager, dependencies);
  addIdentityProviderController(manager, dependencies);
  addLocalIdentityController(manager, dependencies);
  addCategoryController(manager, dependencies);
  addAuthoredRuleController(manager, dependencies);
}

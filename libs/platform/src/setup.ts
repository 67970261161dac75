import { secretTenantLabel } from '@tke/api-platform';
import type { Logger } from '@tke/log';
import { ClusterFollower, type MemberClusters } from '@tke/member-cluster';
import { coreKinds } from '@tke/meta';
import type { AddressGuard } from '@tke/net';
import { PlanRunner } from '@tke/plan';
import type { Cache, ControllerHost, EventRecorder } from '@tke/runtime';
import { systemClock, type Random } from '@tke/time';

import { addAuthorizationController } from './authorization/authorization-reconciler.ts';
import { MemberAuthorizations, type MemberAuthorizationsOptions } from './authorization/member-authorizations.ts';
import type { AuthorizationSettings } from './authorization/settings.ts';
import { BaremetalProvider } from './baremetal/baremetal-provider.ts';
import { MembershipCheck } from './baremetal/membership-check.ts';
import { RoutesKeeper } from './baremetal/routes-keeper.ts';
import { indexMachines } from './build/machines-of.ts';
import { ScopeBuilder, type ScopeBuilderOptions } from './build/scope-builder.ts';
import { addClusterController } from './cluster/cluster-controller.ts';
import { indexClusters } from './cluster/cluster-secrets.ts';
import { ImportedProvider } from './imported/imported-provider.ts';
import { addMachineController } from './machine/machine-controller.ts';
import { LoginWatch } from './objects/login-watch.ts';
import { MemberObserver } from './observe/member-observer.ts';
import type { PlatformSteps } from './platform-steps.ts';
import { AuthorizationKeeper } from './renewal/authorization-keeper.ts';
import { CertificateInventory } from './renewal/certificate-inventory.ts';
import { CertificateKeeper } from './renewal/certificate-keeper.ts';
import { addCredentialController } from './renewal/credential-reconciler.ts';

export interface PlatformOptions extends Omit<ScopeBuilderOptions, 'clock' | 'cache' | 'members' | 'authorizations'> {
  readonly manager: ControllerHost;
  /** That of the manager. */
  readonly cache: Cache;
  readonly recorder: EventRecorder;
  /** Not added to the manager yet. */
  readonly members: MemberClusters;
  /** Which addresses may be connected to, as `members` and `pool` have it; undefined for all. */
  readonly guard: AddressGuard | undefined;
  readonly logger: Logger;
  /** Of the authz-webhook, for clusters that are to ask it; undefined where the platform offers none. */
  readonly authorization: AuthorizationSettings | undefined;
  /** Default: the system's. */
  readonly clock?: ScopeBuilderOptions['clock'];
  /** Default `Math.random`. */
  readonly random?: Random;
  /** `platformSteps`. */
  readonly steps: PlatformSteps;
}

/** Adds to a manager that has not started: the members and who follows them, the informers, and the controllers of Clusters and Machines. */
export function setupPlatform(options: PlatformOptions): void {
  const { manager, cache, client, recorder, members, namespace, logger, hub, steps } = options;
  const { clock = systemClock, random = Math.random } = options;
  indexMachines(cache);
  indexClusters(cache);
  cache.informer(coreKinds.secret, { namespace, labelSelector: secretTenantLabel });
  manager.add(members);
  manager.add(new ClusterFollower({ cache, members, namespace }));
  const authorizations = authorizationsOf(options.authorization, { client, namespace, clock });
  const common = {
    ...{ cache, client, recorder, members, clock, random, hub },
    logins: new LoginWatch(cache, namespace),
    scopes: new ScopeBuilder({ ...options, authorizations, clock }),
    runner: new PlanRunner({ clock, random, logger: logger.withName('plan') }),
    observer: new MemberObserver(clock, options.guard),
  };
  const built = new BaremetalProvider({
    ...common,
    ...steps,
    routes: new RoutesKeeper(steps.applyRoutes),
    membership: new MembershipCheck(clock),
    certificates: new CertificateKeeper({
      inventory: new CertificateInventory(clock),
      pushes: new AuthorizationKeeper(clock),
      authorizations,
    }),
  });
  const providers = { Baremetal: built, Edge: built, Imported: new ImportedProvider(common) };
  addClusterController(manager, { ...common, providers });
  addMachineController(manager, { ...common, ...steps, namespace });
  addCredentialController(manager, { cache, client, namespace });
  if (authorizations !== undefined) {
    addAuthorizationController(manager, { cache, authorizations, recorder, clock });
  }
}

function authorizationsOf(
  settings: AuthorizationSettings | undefined,
  rest: Omit<MemberAuthorizationsOptions, 'settings'>,
): MemberAuthorizations | undefined {
  return settings && new MemberAuthorizations({ ...rest, settings });
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Rule } from '@tke/api-auth';
import {
  businessNamespace,
  namespaceCredential,
  type BusinessNamespace,
  type NamespaceCredential,
} from '@tke/api-business';
import { ruleName, userKey, type RuleSpec } from '@tke/authz';
import { applyManifests, ControlPlane, waitFor } from '@tke/envtest';
import type { Kind } from '@tke/meta';
import { ShiftedClock } from '@tke/time';

import { AuthzServer } from '../../members/testing/authz-server.ts';
import { clusterKind, namespaceKind } from '../../objects/kinds.ts';
import { BusinessHub, newNamespace } from '../../testing/business-hub.ts';
import { managerRbac, managerUser } from '../../testing/rbac.ts';
import { addCredentialController } from '../credential-controller.ts';
import type { CredentialLimits } from '../credential-reconciler.ts';
import type { CredentialHolder } from '../holder.ts';
import { credentialLabel, credentialNamespace } from '../names.ts';
import { completeKubeconfig, newRequest, type OwnRequest } from '../own-credential.ts';
import { credentialPermissions, tokenPermissionsInMember } from '../permissions.ts';

const waitMs = 120_000;
/** What a deletion has. Longer than a machine may stand still: who waits for the end of it lets it pass by `later`. */
const giveUpAfterMs = 600_000;
const apiVersion = 'business.tkestack.io/v1';
const kind: Kind<NamespaceCredential> = namespaceCredential;
const tenant = {
  ...{ apiVersion: 'auth.tkestack.io/v1', kind: 'IdentityProvider', metadata: { name: 'default' } },
  spec: { name: 'default', type: 'local' },
};

/** Its API server asks for authorization, and the platform may do there what tokens need and no more. */
export const asking = 'cls-1';
/** The same control plane, where the platform may do nothing. */
export const powerless = 'cls-weak';
export const carol: CredentialHolder = {
  ...{ username: 'carol', tenantID: 'default', project: 'prj-a', cluster: asking, namespace: 'shop' },
};

/** Resolves with all that kubectl says, whether it succeeds or not. */
export type Kubectl = (...args: string[]) => Promise<string>;

/** A token that was given out, and who uses it. */
export interface LabToken {
  readonly object: NamespaceCredential;
  readonly own: OwnRequest;
  readonly kubectl: Kubectl;
}

/** A hub whose manager gives out tokens, and a member that asks what their holders may do: `shop` is of project prj-a, `blog` of prj-b. */
export class TokenLab {
  readonly hub: BusinessHub;
  readonly member: ControlPlane;
  readonly folder: string;
  readonly #authz: AuthzServer;
  readonly #clock: ShiftedClock;
  #asked = 0;

  private constructor(
    { hub, clock }: { readonly hub: BusinessHub; readonly clock: ShiftedClock },
    authz: AuthzServer,
    member: ControlPlane,
    folder: string,
  ) {
    this.hub = hub;
    this.member = member;
    this.folder = folder;
    this.#authz = authz;
    this.#clock = clock;
  }

  static async start(limits: Omit<Partial<CredentialLimits>, 'giveUpAfterMs'>): Promise<TokenLab> {
    const clock = new ShiftedClock();
    const folder = await mkdtemp(join(tmpdir(), 'tke-token-'));
    const hub = await BusinessHub.start({
      controllers: [
        (manager, deps) => {
          deps.cache.informer(namespaceKind);
          deps.cache.informer(clusterKind);
          addCredentialController(manager, { ...deps, clock }, { ...limits, giveUpAfterMs });
        },
      ],
      permissions: credentialPermissions,
    });
    const authz = await AuthzServer.start(hub.admin);
    const member = await ControlPlane.start({ authorizationConfig: await authz.configurationFor(asking) });
    const lab = new TokenLab({ hub, clock }, authz, member, folder);
    await lab.#fill();
    await hub.startManager();
    return lab;
  }

  async stop(): Promise<void> {
    await this.member.stop();
    await this.#authz.stop();
    await this.hub.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Lets the time pass that deletions have, while something is done that waits for their end. They look at the clock every 15 s. */
  async later<T>(work: () => Promise<T>): Promise<T> {
    this.#clock.shiftMs = giveUpAfterMs;
    return work().finally(() => (this.#clock.shiftMs = 0));
  }

  /** Deletes the Cluster of a name. Resolves when the manager knows it. */
  async removeCluster(name: string): Promise<void> {
    await this.hub.admin.delete(clusterKind, { name });
    const isForgotten = () => this.hub.managers.every(({ members }) => members.get(name) === undefined);
    await waitFor(isForgotten, { description: `the manager knows no Cluster ${name}`, timeoutMs: waitMs });
  }

  /** Makes carol a viewer of the project. Resolves with the name of the Rule. */
  carolViews(): Promise<string> {
    return this.#rule({ ptype: 'g', v0: userKey('default', 'carol'), v1: 'pol-viewer', v2: 'prj-a' });
  }

  ask({ request }: OwnRequest, cluster: string, spec: Partial<NamespaceCredential['spec']> = {}) {
    const metadata = { namespace: 'prj-a', name: `ask-${(++this.#asked).toString()}` };
    const namespace = `${cluster}-shop`;
    const asked = { tenantID: 'default', username: 'carol', namespace, type: 'Token' as const, request, ...spec };
    return this.hub.admin.create(kind, { apiVersion, kind: kind.kind, metadata, spec: asked });
  }

  /** A token of carol's, for seven days. */
  async token(): Promise<LabToken> {
    const own = await newRequest(carol);
    const asked = await this.ask(own, asking, { validDays: 7 });
    const object = await this.hub.untilReason(kind, asked, 'Succeeded');
    const status = { ...object.status, kubeconfig: object.status!.kubeconfig! };
    const kubectl = await this.kubectlWith(await completeKubeconfig(status, own.key));
    return { object, own, kubectl };
  }

  async kubectlWith(kubeconfig: string): Promise<Kubectl> {
    const path = join(await mkdtemp(join(this.folder, 'kubectl-')), 'kubeconfig');
    await writeFile(path, kubeconfig);
    const common = [`--kubeconfig=${path}`, `--cache-dir=${this.folder}`];
    return (...args) =>
      new Promise((resolve) => {
        execFile(this.member.access.kubectlPath, [...common, ...args], (_error, out, err) => resolve(out + err));
      });
  }

  /** As an administrator of the member. Rejects where kubectl fails. */
  async must(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.member.kubectl(args);
    return code === 0 ? stdout : Promise.reject(new Error(stderr));
  }

  /** What the member has for a credential. */
  async inMember({ metadata }: NamespaceCredential): Promise<readonly string[]> {
    const kinds = 'serviceaccounts,clusterroles,clusterrolebindings';
    const names = await this.must('get', kinds, '-A', '-o', 'name', '-l', `${credentialLabel}=${metadata.uid!}`);
    return names.split('\n').filter((name) => name !== '');
  }

  untilNothingIsLeft(object: NamespaceCredential): Promise<unknown> {
    const isNothing = async () => (await this.inMember(object)).length === 0;
    return waitFor(isNothing, { description: 'nothing is left in the member', timeoutMs: waitMs });
  }

  /** What events say is left behind of a credential. */
  leftBehind({ metadata }: NamespaceCredential): readonly string[] {
    const ofIt = this.hub.events.filter(({ object }) => object === `${kind.kind}/${metadata.name!}`);
    return ofIt.filter(({ reason }) => reason === 'LeftBehind').map(({ note }) => note);
  }

  /** Lets the platform do in the member what tokens need. */
  async allow(): Promise<void> {
    await applyManifests(this.member, managerRbac(tokenPermissionsInMember, 'default'));
  }

  /** Takes that away. */
  async refuse(): Promise<void> {
    await this.must('delete', 'clusterrolebinding', managerUser);
    const question = ['auth', 'can-i', 'delete', 'serviceaccounts', '-n', credentialNamespace, `--as=${managerUser}`];
    const isRefused = async () => (await this.member.kubectl(question)).stdout.startsWith('no');
    await waitFor(isRefused, { description: 'the platform has no rights', timeoutMs: waitMs });
  }

  async #fill(): Promise<void> {
    const { hub, member } = this;
    await this.allow();
    await hub.addCluster(asking, 'default', member, { commonName: managerUser, organizations: [] });
    await hub.addCluster(powerless, 'default', member, { commonName: 'nobody', organizations: [] });
    await Promise.all(['prj-a', 'prj-b'].map((name) => newNamespace(hub.admin, name)));
    await this.#namespace('prj-a', asking, 'shop');
    await this.#namespace('prj-b', asking, 'blog');
    await this.#namespace('prj-a', powerless, 'shop');
    await this.must('create', 'namespace', 'shop');
    await this.must('create', 'namespace', 'blog');
    await hub.apply(tenant);
    await this.#rule({ ptype: 'p', v0: 'pol-viewer', v1: '*', v2: '*', v3: 'listPods', v4: 'allow' });
  }

  async #namespace(project: string, clusterName: string, namespace: string): Promise<void> {
    const metadata = { namespace: project, name: `${clusterName}-${namespace}` };
    const spec = { tenantID: 'default', clusterName, namespace };
    await this.hub.admin.create<BusinessNamespace>(businessNamespace, {
      ...{ apiVersion, kind: 'Namespace', metadata, spec },
    });
    const body = { status: { memberUID: 'seen' } };
    await this.hub.admin.patch(businessNamespace, metadata, { type: 'merge', body }, { subresource: 'status' });
  }

  async #rule(spec: RuleSpec): Promise<string> {
    const name = ruleName('by hand', spec);
    await this.hub.apply({ apiVersion: 'auth.tkestack.io/v1', kind: 'Rule', metadata: { name }, spec } as Rule);
    return name;
  }
}

/** Waits until kubectl says something. */
export function untilSaid(run: () => Promise<string>, what: RegExp): Promise<unknown> {
  const said = async () => {
    const text = await run();
    return what.test(text) || Promise.reject(new Error(text));
  };
  return waitFor(said, { description: `kubectl says ${String(what)}`, timeoutMs: waitMs, intervalMs: 10 });
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Authorizer, statusOf } from '@tke/authz';
import { AuthorizationState, watchAuthorization } from '@tke/authz-state';
import { kubeconfig } from '@tke/envtest';
import type { Reader } from '@tke/kube-client';
import { discardLogger } from '@tke/log';
import { createCa, issueCertificate, type CertificateAndKey } from '@tke/pki';
import { Cache } from '@tke/runtime';
import { systemClock as clock } from '@tke/time';
import { HttpsServer, subjectAccessReviewRoutes } from '@tke/webhook';

/** Answers the API servers of members from what it follows on the hub, by the parts that the authz-webhook is made of. */
export class AuthzServer {
  readonly #folder: string;
  readonly #url: string;
  readonly #ca: CertificateAndKey;
  readonly #stop: AbortController;
  readonly #ended: Promise<unknown>;

  private constructor(
    own: { folder: string; url: string; ca: CertificateAndKey; stop: AbortController },
    ended: Promise<unknown>,
  ) {
    this.#folder = own.folder;
    this.#url = own.url;
    this.#ca = own.ca;
    this.#stop = own.stop;
    this.#ended = ended;
  }

  static async start(reader: Reader): Promise<AuthzServer> {
    const stop = new AbortController();
    const cache = new Cache({ reader, logger: discardLogger });
    const state = new AuthorizationState();
    const watch = watchAuthorization(cache, state);
    const ready = () => watch.synced;
    const authorizer = new Authorizer({ ...part(state), hubTenants: new Set<string>(), ready });
    const ca = await createCa({ commonName: 'authz', clock });
    const pair = await issueCertificate({ ca, commonName: 'authz', ips: ['127.0.0.1'], usages: ['server'], clock });
    const server = new HttpsServer({
      ...{ name: 'authz', address: { host: '127.0.0.1', port: 0 }, clientCa: ca.certPem, logger: discardLogger },
      certificates: { current: () => pair, subscribe: () => () => undefined },
      routes: subjectAccessReviewRoutes({
        ready,
        authorize: (spec, { cluster }) => statusOf(authorizer.verdict(spec, cluster === undefined ? {} : { cluster })),
      }),
      limits: { lameDuckMs: 0 },
    });
    const ended = Promise.all([cache.start(stop.signal), server.start(stop.signal)]);
    await Promise.all([server.listening, cache.waitForSync(stop.signal)]);
    const folder = await mkdtemp(join(tmpdir(), 'tke-members-'));
    return new AuthzServer({ folder, url: server.url, ca, stop }, ended);
  }

  /** AuthorizationConfiguration of a member's API server. Nothing is cached there, as in what the platform generates from 1.34 on. */
  async configurationFor(cluster: string): Promise<Record<string, unknown>> {
    const client = await issueCertificate({
      ca: this.#ca,
      commonName: `cluster:${cluster}`,
      usages: ['client'],
      clock,
    });
    const kubeConfigFile = join(this.#folder, `${cluster}.kubeconfig`);
    const server = `${this.#url}/auth/authz/clusters/${cluster}`;
    await writeFile(kubeConfigFile, kubeconfig({ server, caPem: this.#ca.certPem, client }), { mode: 0o600 });
    const webhook = {
      // The longest there is: an answer that comes too late is a refusal.
      ...{ timeout: '30s', authorizedTTL: '1ms', unauthorizedTTL: '1ms', failurePolicy: 'Deny' },
      ...{ subjectAccessReviewVersion: 'v1', matchConditionSubjectAccessReviewVersion: 'v1' },
      connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
      matchConditions: [{ expression: "!request.user.startsWith('system:')" }],
    };
    return {
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthorizationConfiguration',
      authorizers: [
        { type: 'RBAC', name: 'rbac' },
        { type: 'Webhook', name: 'tke', webhook },
      ],
    };
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function part({ rules, tenants, projects }: AuthorizationState) {
  return { rules, tenants, projects };
}

import { discardLogger } from '@tke/log';
import type { SubjectAccessReviewSpec } from '@tke/meta';
import { createCa, issueCertificate } from '@tke/pki';
import { systemClock as clock } from '@tke/time';
import { HttpsServer, subjectAccessReviewRoutes } from '@tke/webhook';

import type { AuthorizationSettings } from '../settings.ts';

export interface SeenReview {
  readonly cluster: string | undefined;
  readonly caller: string | undefined;
  readonly fingerprint: string | undefined;
  readonly spec: SubjectAccessReviewSpec;
}

/** An authorization webhook that demands client certificates and remembers who asked what. */
export class AuthzWebhook implements AsyncDisposable {
  readonly settings: AuthorizationSettings;
  readonly seen: SeenReview[] = [];
  readonly #stop = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  private constructor(settings: AuthorizationSettings) {
    this.settings = settings;
  }

  static async start(allows: (spec: SubjectAccessReviewSpec) => boolean): Promise<AuthzWebhook> {
    const [ca, clientCa] = await Promise.all(
      ['server ca', 'client ca'].map((commonName) => createCa({ commonName, clock })),
    );
    const pair = await issueCertificate({
      ca: ca!,
      commonName: 'authz',
      ips: ['127.0.0.1'],
      usages: ['server'],
      clock,
    });
    const seen: SeenReview[] = [];
    const routes = subjectAccessReviewRoutes({
      ready: () => true,
      authorize: (spec, { cluster, peer }) => {
        seen.push({ cluster, spec, caller: peer?.commonName, fingerprint: peer?.fingerprint });
        return { allowed: allows(spec) };
      },
    });
    const server = new HttpsServer({
      name: 'authz',
      address: { host: '127.0.0.1', port: 0 },
      certificates: { current: () => pair, subscribe: () => () => undefined },
      clientCa: clientCa!.certPem,
      routes,
      logger: discardLogger,
      limits: { lameDuckMs: 0 },
    });
    const webhook = new AuthzWebhook({ webhookUrl: '', webhookCa: ca!.certPem, clientCa: clientCa! });
    webhook.#ended = server.start(webhook.#stop.signal);
    await server.listening;
    return Object.assign(webhook, { seen, settings: { ...webhook.settings, webhookUrl: server.url } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

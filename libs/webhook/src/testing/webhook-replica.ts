import type { Client } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import type { ObjectKey } from '@tke/meta';

import { SecretCertificates } from '../certificates/secret-source.ts';
import { HttpsServer } from '../server/https-server.ts';
import type { Route } from '../server/route.ts';

/** What every replica of a webhook runs: a server whose certificate comes from a Secret. */
export class WebhookReplica {
  readonly certificates: SecretCertificates;
  readonly server: HttpsServer;

  constructor(client: Client, secret: ObjectKey, routes: Route[], logger: Logger) {
    this.certificates = new SecretCertificates({ reader: client, secret, logger });
    this.server = new HttpsServer({
      name: 'replica',
      address: { host: '127.0.0.1', port: 0 },
      certificates: this.certificates,
      routes,
      logger,
      limits: { lameDuckMs: 100 },
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    await Promise.all([this.certificates.start(signal), this.server.start(signal)]);
  }
}

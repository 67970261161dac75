import { errorMessage } from '@tke/errors';
import { isNotFound, type Client } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import {
  coreKinds,
  type Kind,
  type KubeObject,
  type ObjectKey,
  type Secret,
  type WebhookConfiguration,
} from '@tke/meta';
import { certificateInfo } from '@tke/pki';
import type { Clock } from '@tke/time';

import { bundleOperations, publishedAuthorities, type WebhookConfigurationRef } from './ca-bundle.ts';
import { issueServingCertificate, renewalReason, renewalTime, type WantedCertificate } from './issue.ts';
import { authoritiesOf, readSecret, secretEntries, toBase64, type StoredCertificate } from './secret-data.ts';

export interface RotationOptions {
  readonly client: Client;
  /** Created when there is none. */
  readonly secret: ObjectKey;
  readonly configurations: readonly WebhookConfigurationRef[];
  readonly wanted: WantedCertificate;
  /** The Secret is somebody else's: only its CA is published. */
  readonly externallyManaged: boolean;
  /** How long apiservers are given to see a new CA before a certificate of it is served. */
  readonly propagationMs: number;
  /** How long an old CA stays trusted after that. */
  readonly overlapMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Issued, but not stored before the apiservers trust its CA. */
interface Pending {
  readonly issued: StoredCertificate;
  /** On the monotonic clock. */
  readonly storeAt: number;
}

interface Found {
  readonly ref: WebhookConfigurationRef;
  readonly configuration: WebhookConfiguration;
}

/** A look even when nothing is due, as a net under lost events. */
const idleMs = 3_600_000;

/**
 * The steps of a rotation: trust the old and the new CA, wait until apiservers have seen that, store the new
 * certificate for all replicas to serve, drop the old CA. Nothing but the Secret and the configurations tells which
 * step is next, so that a new leader goes on wherever the one before stopped.
 */
export class Rotation {
  readonly #options: RotationOptions;
  #pending: Pending | undefined;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  /** Takes the step that is due. Resolves with the milliseconds until the next; rejects when a request fails. */
  async step(signal: AbortSignal): Promise<number> {
    const { externallyManaged, clock, wanted } = this.#options;
    const secret = await this.#find(coreKinds.secret, this.#options.secret, signal);
    const configurations = await this.#findConfigurations(signal);
    if (externallyManaged || isManagedByCertManager(secret)) {
      await this.#publish(configurations, authoritiesOf(secret), signal);
      return idleMs;
    }
    const stored = readStored(secret);
    if ('unusable' in stored) {
      const published = configurations.flatMap(({ configuration }) => publishedAuthorities(configuration));
      return this.#renew(secret, published, configurations, stored.unusable, signal);
    }
    const reason = renewalReason(stored, wanted, clock);
    return reason === undefined
      ? this.#keep(secret, stored, configurations, signal)
      : this.#renew(secret, stored.authorities, configurations, reason, signal);
  }

  async #renew(
    secret: Secret | undefined,
    known: readonly string[],
    configurations: readonly Found[],
    reason: string,
    signal: AbortSignal,
  ): Promise<number> {
    const { clock, logger, propagationMs, wanted } = this.#options;
    const issued = this.#pending?.issued ?? (await issueServingCertificate(wanted, clock));
    const trusted = [...new Set(known)].filter((pem) => isAlive(pem, clock));
    const authorities = [...issued.authorities, ...trusted];
    await this.#publish(configurations, authorities, signal);
    if (this.#pending === undefined) {
      logger.info('Replacing the webhook certificate', { reason });
      // Where nothing is trusted yet, nothing that works is served either, and waiting would prolong that.
      this.#pending = { issued, storeAt: clock.monotonic() + (trusted.length === 0 ? 0 : propagationMs) };
    }
    const left = this.#pending.storeAt - clock.monotonic();
    if (left > 0) {
      return left;
    }
    await this.#store(secret, { pair: issued.pair, authorities }, signal);
    this.#pending = undefined;
    return 0;
  }

  /** Repairs what has drifted from a good certificate, and drops old CAs once their time has come. */
  async #keep(
    secret: Secret | undefined,
    stored: StoredCertificate,
    configurations: readonly Found[],
    signal: AbortSignal,
  ): Promise<number> {
    const { clock, overlapMs, wanted } = this.#options;
    this.#pending = undefined;
    await this.#publish(configurations, stored.authorities, signal);
    const renewIn = renewalTime(stored, wanted) - clock.now();
    if (stored.authorities.length === 1) {
      return Math.min(renewIn, idleMs);
    }
    const dropIn = certificateInfo(stored.pair.certPem).notBefore + overlapMs - clock.now();
    if (dropIn > 0) {
      return Math.min(dropIn, renewIn, idleMs);
    }
    await this.#store(secret, { pair: stored.pair, authorities: stored.authorities.slice(0, 1) }, signal);
    return 0;
  }

  async #publish(configurations: readonly Found[], authorities: readonly string[], signal: AbortSignal): Promise<void> {
    if (authorities.length === 0) {
      return;
    }
    for (const { ref, configuration } of configurations) {
      const operations = bundleOperations(configuration, toBase64(authorities.join('')));
      if (operations.length > 0) {
        await this.#options.client.patch(ref.kind, { name: ref.name }, { type: 'json', operations }, { signal });
        this.#options.logger.info('CA bundle published', { kind: ref.kind.kind, name: ref.name });
      }
    }
  }

  async #store(
    secret: Secret | undefined,
    { pair, authorities }: StoredCertificate,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, secret: key, logger } = this.#options;
    const data = {
      ...secret?.data,
      [secretEntries.cert]: toBase64(pair.certPem),
      [secretEntries.key]: toBase64(pair.keyPem),
      [secretEntries.ca]: toBase64(authorities.join('')),
    };
    if (secret === undefined) {
      const object = { apiVersion: 'v1', kind: 'Secret', metadata: { ...key }, type: 'kubernetes.io/tls', data };
      await client.create(coreKinds.secret, object, { signal });
    } else {
      const operations = [
        { op: 'test', path: '/metadata/resourceVersion', value: secret.metadata.resourceVersion },
        { op: 'add', path: '/data', value: data },
      ] as const;
      await client.patch(coreKinds.secret, key, { type: 'json', operations }, { signal });
    }
    const { notAfter } = certificateInfo(pair.certPem);
    logger.info('Webhook certificate stored', { notAfter: new Date(notAfter), authorities: authorities.length });
  }

  async #findConfigurations(signal: AbortSignal): Promise<Found[]> {
    const found: Found[] = [];
    for (const ref of this.#options.configurations) {
      const configuration = await this.#find(ref.kind, { name: ref.name }, signal);
      if (configuration !== undefined) {
        found.push({ ref, configuration });
      }
    }
    return found;
  }

  async #find<T extends KubeObject>(kind: Kind<T>, key: ObjectKey, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.#options.client.get(kind, key, { signal });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }
}

function readStored(secret: Secret | undefined): StoredCertificate | { readonly unusable: string } {
  try {
    return readSecret(secret);
  } catch (error) {
    return { unusable: errorMessage(error) };
  }
}

function isManagedByCertManager(secret: Secret | undefined): boolean {
  const { annotations = {}, ownerReferences = [] } = secret?.metadata ?? {};
  return (
    annotations['cert-manager.io/certificate-name'] !== undefined ||
    ownerReferences.some(({ apiVersion }) => apiVersion.startsWith('cert-manager.io/'))
  );
}

function isAlive(pem: string, clock: Clock): boolean {
  try {
    return certificateInfo(pem).notAfter > clock.now();
  } catch {
    return false;
  }
}

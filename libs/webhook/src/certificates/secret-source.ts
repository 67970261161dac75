import type { Reader } from '@tke/kube-client';
import type { Logger } from '@tke/log';
import { coreKinds, type ObjectKey } from '@tke/meta';
import type { Runnable } from '@tke/runtime';
import { systemClock, type Clock, type Random } from '@tke/time';

import { CertificateHolder } from './holder.ts';
import { pairOf } from './secret-data.ts';
import type { CertificatePair, CertificateSource } from './source.ts';
import { watchObject } from './watch-object.ts';

export interface SecretCertificatesOptions {
  readonly reader: Reader;
  readonly secret: ObjectKey;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * Serves the pair of a Secret, on every replica. Read through the API, because the kubelet takes up to 100 s to
 * project a change into a volume. The last good pair outlives the Secret.
 */
export class SecretCertificates implements CertificateSource, Runnable {
  readonly name = 'secret-certificates';
  readonly #options: SecretCertificatesOptions;
  readonly #holder: CertificateHolder;

  constructor(options: SecretCertificatesOptions) {
    this.#options = options;
    this.#holder = new CertificateHolder(options.logger);
  }

  current(): CertificatePair | undefined {
    return this.#holder.current();
  }

  subscribe(listener: (pair: CertificatePair) => void): () => void {
    return this.#holder.subscribe(listener);
  }

  /** Follows the Secret until the signal aborts. */
  start(signal: AbortSignal): Promise<void> {
    const { reader, secret, logger, clock = systemClock, random = Math.random } = this.#options;
    const onChange = (object: Parameters<typeof pairOf>[0]) => {
      const pair = pairOf(object);
      if (pair !== undefined) {
        this.#holder.offer(pair);
      }
    };
    return watchObject({ reader, kind: coreKinds.secret, key: secret, onChange, logger, clock, random }, signal);
  }
}

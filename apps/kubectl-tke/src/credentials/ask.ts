import { setTimeout as pause } from 'node:timers/promises';

import { namespaceCredential, type NamespaceCredential } from '@tke/api-business';
import { errorMessage } from '@tke/errors';
import { isNotFound, type Client } from '@tke/kube-client';
import { keyOf, type Kind } from '@tke/meta';

import { cliErrors } from '../errors.ts';

const kind: Kind<NamespaceCredential> = namespaceCredential;
const shortestPauseMs = 100;
const longestPauseMs = 2_000;
const withdrawalMs = 5_000;

export interface Patience {
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly limitMs: number;
}

export interface IssuedCredential {
  /** Of the NamespaceCredential. */
  readonly name: string;
  readonly status: NonNullable<NamespaceCredential['status']> & { readonly kubeconfig: string };
}

/**
 * Creates a NamespaceCredential, waits until it is answered with a credential, and hands that to `keep`. Rejects with
 * NamespaceCredentialFailed, with CredentialNotAnswered when the time is up, and with what `keep` rejects with. What nobody can use is
 * withdrawn: the key for it is gone. Where that cannot be done, CredentialNotWithdrawn tells what is left.
 */
export async function askForCredential(
  client: Pick<Client, 'create' | 'get' | 'delete'>,
  object: NamespaceCredential,
  patience: Patience,
  keep: (issued: IssuedCredential) => Promise<void>,
): Promise<IssuedCredential> {
  const created = await client.create(kind, object, { signal: patience.signal });
  const withdraw = (error: unknown) => withdrawn(client, created, error);
  const { status } = await answerTo(client, created, patience).catch(withdraw);
  const { kubeconfig } = status ?? {};
  if (kubeconfig === undefined) {
    throw cliErrors.NamespaceCredentialFailed(`there is no credential: ${reasonOf(status)}`);
  }
  const issued = { name: created.metadata.name ?? '', status: { ...status, kubeconfig } };
  await keep(issued).catch(withdraw);
  return issued;
}

/** Deletes what came to nothing, and rejects with why it did. */
async function withdrawn(client: Pick<Client, 'delete'>, created: NamespaceCredential, error: unknown): Promise<never> {
  try {
    // With a signal of its own: an interrupt has ended the other one.
    await client.delete(kind, keyOf(created), { signal: AbortSignal.timeout(withdrawalMs) });
  } catch (refusal) {
    if (!isNotFound(refusal)) {
      const { namespace = '', name = '' } = created.metadata;
      throw cliErrors.CredentialNotWithdrawn(
        `${errorMessage(error)}; and NamespaceCredential ${namespace}/${name} is left behind, as its deletion failed: ${errorMessage(refusal)}`,
        { cause: error, remedy: `Delete it: kubectl -n ${namespace} delete namespacecredentials ${name}` },
      );
    }
  }
  throw error;
}

async function answerTo(
  client: Pick<Client, 'get'>,
  created: NamespaceCredential,
  { signal, limitMs }: Patience,
): Promise<NamespaceCredential> {
  const limit = AbortSignal.timeout(limitMs);
  const both = AbortSignal.any([signal, limit]);
  let latest = created;
  try {
    for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      latest = await client.get(kind, keyOf(created), { signal: both });
      if (latest.status?.finishedAt !== undefined) {
        return latest;
      }
      await pause(pauseMs, undefined, { signal: both });
    }
  } catch (cause) {
    if (!both.aborted) {
      throw cause;
    }
    const { namespace = '', name = '' } = created.metadata;
    const until = signal.aborted ? 'until it was interrupted' : `within ${limitMs / 1_000} s`;
    throw cliErrors.CredentialNotAnswered(
      `NamespaceCredential ${namespace}/${name} was not answered ${until}: ${reasonOf(latest.status)}`,
      { cause },
    );
  }
}

function reasonOf(status: NamespaceCredential['status']): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready === undefined ? 'nobody has looked at it yet' : `${ready.reason}: ${ready.message}`;
}

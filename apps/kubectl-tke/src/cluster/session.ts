import { connect, Discovery, type Client } from '@tke/kube-client';
import { discardLogger } from '@tke/log';

import type { Arguments } from '../command.ts';
import { contextNamespace } from './context-namespace.ts';

/** A connection as kubectl would have made it with the same flags. */
export interface Session extends AsyncDisposable {
  readonly client: Client;
  readonly discovery: Discovery;
  /** Of the kubeconfig's context. */
  readonly namespace: string;
}

export async function openSession(args: Arguments): Promise<Session> {
  const [kubeconfig, context] = [args.value('kubeconfig'), args.value('context')];
  const selection = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
  const client = await connect({ ...selection, userAgent: 'kubectl-tke/0.1.0', logger: discardLogger });
  return {
    client,
    discovery: new Discovery(client),
    namespace: await contextNamespace(selection),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

import { expect, test } from '@jest/globals';

import { KubeApiError } from '@tke/kube-client';

import { aNamespace } from '../testing/objects.ts';
import { emigrationUID } from './names.ts';
import { rollBack, type RollBackTools } from './roll-back.ts';
import type { EmigrationScope } from './scope.ts';

const made = aNamespace('prj-b', ['cls-a', 'web']);
const target = { ...made, metadata: { ...made.metadata, uid: 'n', annotations: { [emigrationUID]: 'e' } } };
const emigration = {
  metadata: { namespace: 'prj-a', name: 'cls-a-web', uid: 'e' },
  spec: { namespace: 'cls-a-web', destination: 'prj-b' },
};

/** A move that has made its new Namespace and nothing else, in a hub that answers a deletion so. */
function rolledBack(code: number, reason: string): Promise<boolean> {
  const refusal = new KubeApiError({ method: 'DELETE', path: '/' }, code, { code, reason });
  const client = { get: () => Promise.resolve(target), delete: () => Promise.reject(refusal) };
  const scope = { client, emigration } as unknown as EmigrationScope;
  return rollBack(scope, {} as RollBackTools, new AbortController().signal);
}

test('a new Namespace that somebody deletes at the same moment is none to wait for in vain, nor a failure', async () => {
  await expect(rolledBack(404, 'NotFound')).resolves.toBe(false);
  await expect(rolledBack(403, 'Forbidden')).rejects.toMatchObject({ httpStatus: 403 });
});

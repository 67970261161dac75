import { createPrivateKey } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { rule, type Rule } from '@tke/api-auth';
import { namespaceCredential, type NamespaceCredential } from '@tke/api-business';
import { waitFor } from '@tke/envtest';
import { isNotFound } from '@tke/kube-client';
import { coreKinds, type Kind } from '@tke/meta';

import { clusterKind } from '../objects/kinds.ts';
import { conditionOf } from '../testing/business-hub.ts';
import { credentialAnnotation, credentialClusterLabel, credentialLabel } from './names.ts';
import { newRequest } from './own-credential.ts';
import { unseal } from './sealed-token.ts';
import { asking, carol, powerless, TokenLab, untilSaid } from './testing/token-lab.ts';

const waitMs = 120_000;
// More than all that a test waits for.
const timeoutMs = 1_800_000;
const dayMs = 86_400_000;
const kind: Kind<NamespaceCredential> = namespaceCredential;
let lab: TokenLab;

beforeAll(async () => {
  lab = await TokenLab.start({ refusedMs: 500 });
}, timeoutMs);

afterAll(() => lab.stop(), timeoutMs);

const keyOf = ({ metadata }: NamespaceCredential) => ({ namespace: 'prj-a', name: metadata.name! });

describe('a token', () => {
  test(
    'lets its holder do with kubectl what policies say of him, at each moment',
    async () => {
      const role = await lab.carolViews();
      const { object, own, kubectl } = await lab.token();
      const { status } = object;
      expect((Date.parse(status!.expiresAt!) - Date.now()) / dayMs).toBeCloseTo(7, 1);
      expect(conditionOf(object, 'Ready')?.message).toBe(`A token for carol, until ${status!.expiresAt!}`);

      await untilSaid(() => kubectl('auth', 'whoami'), /Username +carol\n.*tenant:default.*project:prj-a/);
      await untilSaid(() => kubectl('get', 'pods'), /No resources found in shop namespace/);
      expect(await kubectl('run', 'x', '--image=x')).toContain('User "carol" cannot create resource "pods"');
      expect(await kubectl('get', 'pods', '-n', 'blog')).toContain('User "carol" cannot list resource "pods"');
      expect(await kubectl('get', 'secrets')).toContain('User "carol" cannot list resource "secrets"');

      await lab.hub.admin.delete<Rule>(rule, { name: role });
      await untilSaid(() => kubectl('get', 'pods'), /User "carol" cannot list resource "pods"/);

      expect(JSON.stringify(object)).not.toContain(await unseal(status!.encryptedToken!, createPrivateKey(own.key)));
      const other = createPrivateKey((await newRequest(carol)).key);
      await expect(unseal(status!.encryptedToken!, other)).rejects.toMatchObject({ code: 'TokenNotOpened' });
    },
    timeoutMs,
  );

  test(
    'is good for its holder and for nobody else',
    async () => {
      await lab.carolViews();
      const { object, own, kubectl } = await lab.token();
      await untilSaid(() => kubectl('get', 'pods'), /No resources found/);
      const cannot = (what: string) =>
        new RegExp(`Forbidden.*serviceaccount:tke-credentials:.* cannot impersonate.*${what}`);
      const as = (...flags: string[]) => kubectl('get', 'pods', ...flags);
      expect(await as('--as=dave', '--as-group=tenant:default')).toMatch(cannot('"users"'));
      expect(await as('--as=carol', '--as-group=system:masters')).toMatch(cannot('"groups"'));
      expect(await as('--as=system:serviceaccount:kube-system:x')).toMatch(cannot('"serviceaccounts"'));
      expect(await as('--as=carol', '--as-uid=1')).toMatch(cannot('"uids'));

      const token = await unseal(object.status!.encryptedToken!, createPrivateKey(own.key));
      const asItself = object.status!.kubeconfig!.replace(/"tokenFile"[^}]*/, `"token": "${token}"`);
      const itself = await lab.kubectlWith(asItself);
      expect(await itself('get', 'pods')).toMatch(
        /User "system:serviceaccount:tke-credentials:.*" cannot list resource "pods"/,
      );
    },
    timeoutMs,
  );

  test(
    'ends with its object, and nothing is left in the member',
    async () => {
      await lab.carolViews();
      const { object, kubectl } = await lab.token();
      await untilSaid(() => kubectl('get', 'pods'), /No resources found/);
      expect(await lab.inMember(object)).toHaveLength(3);
      await lab.hub.remove(kind, object.metadata.name!, 'prj-a');
      await untilSaid(() => kubectl('get', 'pods'), /cannot impersonate|must be logged in|Unauthorized/);
      expect(await lab.inMember(object)).toEqual([]);
      expect(lab.leftBehind(object)).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'that was given out keeps its object until it has ended',
    async () => {
      const { object } = await lab.token();
      const key = keyOf(object);
      const answeredAt = async (days: number, until: number) => {
        await lab.hub.stopManager();
        const instant = (ahead: number) => new Date(Date.now() + ahead * dayMs).toISOString();
        const body = { status: { finishedAt: instant(days), expiresAt: instant(until) } };
        await lab.hub.admin.patch(kind, key, { type: 'merge', body }, { subresource: 'status' });
        await lab.hub.startManager();
      };
      await answeredAt(-2, 5);
      await lab.token();
      expect((await lab.hub.admin.get(kind, key)).metadata).not.toHaveProperty('deletionTimestamp');
      await answeredAt(-7, -1);
      const isGone = () => lab.hub.admin.get(kind, key).then(() => false, isNotFound);
      await waitFor(isGone, { description: 'it is gone', timeoutMs: waitMs });
      expect(await lab.inMember(object)).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'lies in nothing that can be read or run',
    async () => {
      await lab.token();
      expect(await lab.must('get', 'secrets,pods', '-n', 'tke-credentials', '-o', 'name')).toBe('');
      const secrets = await lab.hub.admin.list(coreKinds.secret, { namespace: 'prj-a' });
      expect(secrets.items).toEqual([]);
    },
    timeoutMs,
  );
});

describe('without the member', () => {
  test(
    'that is silent, a deletion waits some time, and says what it leaves behind; it goes when the member is back',
    async () => {
      const { object } = await lab.token();
      const { object: kept } = await lab.token();
      const foreign = ['serviceaccount', 'tke-credential-x', '-n', 'tke-credentials'];
      await lab.must('create', ...foreign);
      await lab.must('label', ...foreign, `${credentialLabel}=x`, `${credentialClusterLabel}=of-another-hub`);
      await lab.must('annotate', ...foreign, `${credentialAnnotation}=prj-a/unknown-here`);
      lab.member.pauseApiServer();
      try {
        await lab.hub.admin.delete(kind, keyOf(object));
        const waiting = await lab.hub.untilReason(kind, object, 'Terminating');
        expect(conditionOf(waiting, 'Ready')?.message).toMatch(/cluster cls-1 .*; given up at /);
        const isLeft = () => lab.leftBehind(object)[0];
        await lab.later(() => waitFor(isLeft, { description: 'it is left behind', timeoutMs: waitMs }));
      } finally {
        lab.member.resumeApiServer();
      }
      const [note] = lab.leftBehind(object);
      const account = `tke-credentials/tke-credential-${object.metadata.uid!}`;
      expect(note).toContain(`ServiceAccount ${account} of cluster cls-1 is left behind`);
      expect(note).toContain(`Until ${object.status!.expiresAt!} its token lets carol in.`);
      await lab.untilNothingIsLeft(object);
      expect(await lab.inMember(kept)).toHaveLength(3);
      expect(await lab.must('get', ...foreign, '-o', 'name')).toContain('tke-credential-x');
    },
    timeoutMs,
  );

  test(
    'that comes back in time, a deletion leaves nothing',
    async () => {
      const { object } = await lab.token();
      await lab.hub.stopManager();
      await lab.hub.admin.delete(kind, keyOf(object));
      await lab.hub.startManager();
      await lab.untilNothingIsLeft(object);
      expect(lab.leftBehind(object)).toEqual([]);
    },
    timeoutMs,
  );

  test(
    'that refuses, a deletion leaves behind what goes when the platform has its rights back',
    async () => {
      const { object } = await lab.token();
      await lab.refuse();
      try {
        await lab.hub.admin.delete(kind, keyOf(object));
        await lab.hub.untilReason(kind, object, 'Terminating');
        expect(lab.leftBehind(object)).toEqual([]);
        const isGone = () => lab.hub.admin.get(kind, keyOf(object)).then(() => false, isNotFound);
        await lab.later(() => waitFor(isGone, { description: 'it is gone', timeoutMs: waitMs }));
        expect(lab.leftBehind(object)).toEqual([expect.stringContaining('refuses')]);
        expect(await lab.inMember(object)).toHaveLength(3);
      } finally {
        await lab.allow();
      }
      await lab.untilNothingIsLeft(object);
    },
    timeoutMs,
  );

  test(
    'whose Cluster is gone, a deletion ends at once, and says what to do',
    async () => {
      const { object } = await lab.token();
      const metadata = { name: asking };
      const { apiVersion, kind: ofCluster, spec } = await lab.hub.admin.get(clusterKind, metadata);
      await lab.removeCluster(asking);
      await lab.hub.remove(kind, object.metadata.name!, 'prj-a');
      await lab.hub.admin.create(clusterKind, { apiVersion, kind: ofCluster, metadata, spec });
      const [note = ''] = lab.leftBehind(object);
      expect(note).toContain('there is no Cluster cls-1 any more');
      expect(await lab.inMember(object)).not.toEqual([]);
      const [, command = ''] = /kubectl (delete .*)$/.exec(note) ?? [];
      await lab.must(...command.split(' '));
      expect(await lab.inMember(object)).toEqual([]);
    },
    timeoutMs,
  );
});

describe('where the Cluster of that name is another one by now', () => {
  test(
    'a deletion touches nothing there, and says what is left in the former one',
    async () => {
      const { object } = await lab.token();
      const metadata = { name: asking };
      const { apiVersion, kind: ofCluster, spec } = await lab.hub.admin.get(clusterKind, metadata);
      await lab.hub.stopManager();
      await lab.hub.admin.delete(clusterKind, metadata);
      await lab.hub.admin.create(clusterKind, { apiVersion, kind: ofCluster, metadata, spec });
      await lab.hub.startManager();
      await lab.token();
      await lab.hub.remove(kind, object.metadata.name!, 'prj-a');
      const [note = ''] = lab.leftBehind(object);
      expect(note).toContain('Cluster cls-1 was deleted since, and made anew');
      expect(note).toContain(`Until ${object.status!.expiresAt!} its token lets carol in.`);
      expect(await lab.inMember(object)).toHaveLength(3);
    },
    timeoutMs,
  );
});

test(
  'where the platform may not make accounts, the answer says what it lacks, and nothing is left to clear away',
  async () => {
    const own = await newRequest({ ...carol, cluster: powerless });
    const failed = await lab.hub.untilReason(kind, await lab.ask(own, powerless), 'MemberRightsMissing');
    expect(failed.status).toMatchObject({ phase: 'Failed', finishedAt: expect.any(String) });
    expect(conditionOf(failed, 'Stalled')?.message).toMatch(/cls-weak: .*User "nobody" cannot .*cluster-admin/);
    expect(failed.status).not.toHaveProperty('encryptedToken');
    await lab.hub.remove(kind, failed.metadata.name!, 'prj-a');
    expect(lab.leftBehind(failed)).toEqual([]);
  },
  timeoutMs,
);

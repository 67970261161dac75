import { expect } from '@jest/globals';

import type { KubeObject } from '@tke/meta';
import { callerTenant } from '@tke/policy';
import { cacheOf } from '@tke/runtime/testing';
import type { AdmissionRequest, AdmissionUser, KindAdmission } from '@tke/webhook';

import { registerAdmissionInformers } from '../informers.ts';
import { platformAdmissions, type PlatformAdmissionsOptions } from '../platform-admissions.ts';
import { aSecret, namespace } from './objects.ts';

const user = (username: string, extra: Record<string, string[]> = {}, groups: string[] = []): AdmissionUser => ({
  username,
  uid: '',
  groups,
  extra,
});
export const platform = user('admin');
export const alice = user('alice', { 'tkestack.io/tenantid': ['default'] });
export const both = user('mallory', {}, ['tenant:default', 'tenant:other']);

const tools = { containerd: '2', runc: '1', crictl: '1', cniPlugins: '1' };
const images = { etcd: '3', coredns: '1', pause: '3' };
const catalogue = ['1.36.3', '1.35.4'].map((kubernetes) => ({ kubernetes, images, ...tools }));

export interface Asked {
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  readonly by?: AdmissionUser;
  readonly stored?: readonly KubeObject[];
  /** Whether the caller administers his tenant. Default true. */
  readonly administers?: boolean;
}

/** The admissions of all kinds, in a hub where the tenant has the Secret `login`. */
export async function admissionsAmong(
  stored: readonly KubeObject[],
  options: Partial<PlatformAdmissionsOptions> = {},
): Promise<readonly KindAdmission[]> {
  const end = new AbortController();
  const cache = await cacheOf(
    [aSecret('login', 'default'), ...stored],
    (each) => registerAdmissionInformers(each, namespace),
    end.signal,
  );
  end.abort();
  return platformAdmissions(cache, {
    ...{ namespace, callerTenant },
    ...{ administersTenant: () => true, clusterEndWarnings: () => [] },
    ...options,
  });
}

export async function admissionOf({ object, oldObject, by = platform, stored = [], administers = true }: Asked) {
  const about = (object ?? oldObject)!;
  const admissions = await admissionsAmong(stored, { catalogue, administersTenant: () => administers });
  const admission = admissions.find(({ kind }) => kind.kind === about.kind)!;
  const request: AdmissionRequest = {
    uid: '1',
    operation: object === undefined ? 'DELETE' : oldObject === undefined ? 'CREATE' : 'UPDATE',
    kind: admission.kind,
    name: about.metadata.name ?? '',
    userInfo: by,
    dryRun: false,
    ...(object && { object }),
    ...(oldObject && { oldObject }),
  };
  return { admission, request };
}

export async function judge(asked: Asked) {
  const { admission, request } = await admissionOf(asked);
  const { problems, warnings } = await admission.validate!(request);
  for (const { rule, remedy } of problems) {
    expect([rule, remedy].every((text) => text.length > 10)).toBe(true);
  }
  return { problems: problems.map(({ field, rule }) => `${field} ${rule}`), warnings };
}

/** One text of each problem; fails when there is a warning that is not asked for. */
export async function refused(asked: Asked): Promise<readonly string[]> {
  const { problems, warnings } = await judge(asked);
  expect(warnings).toEqual([]);
  return problems;
}

/** One text of each warning; fails when it is refused. */
export async function warned(asked: Asked): Promise<readonly string[]> {
  const { problems, warnings } = await judge(asked);
  expect(problems).toEqual([]);
  return warnings;
}

export const silent = { problems: [], warnings: [] };

import type { JsonPatchOperation } from '@tke/kube-client';
import { deepFreeze, type DeepReadonly, type KubeObject } from '@tke/meta';

import { isObject, JsonFields } from '../server/json-fields.ts';
import type { RouteResponse } from '../server/route.ts';

import type { AdmissionOperation, AdmissionRequest, AdmissionUser } from './types.ts';

const apiVersion = 'admission.k8s.io/v1';
const operations: readonly string[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] satisfies AdmissionOperation[];
const maxLength = 4096;

/** What a webhook decided; `status` says why not. */
export interface AdmissionAnswer {
  readonly allowed: boolean;
  readonly patch?: readonly JsonPatchOperation[];
  readonly warnings?: readonly string[];
  readonly status?: { readonly code: number } & Readonly<Record<string, unknown>>;
}

/** Reads an AdmissionReview. Throws a 400 `RequestProblem` that names every malformed field. */
export function decodeAdmissionReview(body: unknown): AdmissionRequest {
  const review = JsonFields.of(body);
  if (review.string('apiVersion', maxLength) !== apiVersion) {
    review.reject('apiVersion', `must be ${apiVersion}`);
  }
  if (review.string('kind', maxLength) !== 'AdmissionReview') {
    review.reject('kind', 'must be AdmissionReview');
  }
  const request = decodeRequest(review.requiredObject('request'));
  review.check('AdmissionReview');
  return request;
}

function decodeRequest(request: JsonFields): AdmissionRequest {
  const uid = request.string('uid', maxLength);
  if (request.isEmpty('uid')) {
    request.reject('request.uid', 'must be set');
  }
  const operation = request.string('operation', maxLength);
  if (!operations.includes(operation)) {
    request.reject('request.operation', `must be one of ${operations.join(', ')}`);
  }
  const namespace = request.string('namespace', maxLength);
  const subResource = request.string('subResource', maxLength);
  const stored = operation === 'UPDATE' || operation === 'DELETE';
  const object = readObject(request, 'object', operation === 'CREATE' || operation === 'UPDATE');
  const oldObject = readObject(request, 'oldObject', stored);
  return {
    uid,
    operation: operation as AdmissionOperation,
    kind: decodeKind(request.object('kind') ?? JsonFields.empty()),
    name: request.string('name', maxLength),
    ...(namespace === '' ? {} : { namespace }),
    ...(subResource === '' ? {} : { subResource }),
    userInfo: decodeUser(request.object('userInfo') ?? JsonFields.empty()),
    dryRun: request.boolean('dryRun'),
    ...(object === undefined ? {} : { object }),
    ...(oldObject === undefined ? {} : { oldObject }),
  };
}

function decodeKind(kind: JsonFields): AdmissionRequest['kind'] {
  return {
    group: kind.string('group', maxLength),
    version: kind.string('version', maxLength),
    kind: kind.string('kind', maxLength),
  };
}

function decodeUser(user: JsonFields): AdmissionUser {
  return {
    username: user.string('username', maxLength),
    uid: user.string('uid', maxLength),
    groups: user.strings('groups', { maxItems: 10_000, maxLength }),
    extra: user.stringLists('extra', { maxLength: 65_536 }),
  };
}

function readObject(request: JsonFields, key: string, required: boolean): DeepReadonly<KubeObject> | undefined {
  const value = request.value(key);
  if (value === undefined && !required) {
    return undefined;
  }
  if (!isObject(value) || !isObject(value.metadata)) {
    request.reject(`request.${key}`, 'must be an object with metadata');
    return undefined;
  }
  return deepFreeze(value) as unknown as DeepReadonly<KubeObject>;
}

/** The AdmissionReview with the answer: always HTTP 200, since anything else means that the webhook is broken. */
export function encodeAdmissionReview(uid: string, answer: AdmissionAnswer): RouteResponse {
  const { allowed, patch = [], warnings = [], status } = answer;
  const response = {
    uid,
    allowed,
    ...(status === undefined ? {} : { status }),
    ...(warnings.length === 0 ? {} : { warnings }),
    // The apiserver refuses an empty patch with a patch type (apiserver, webhook/request/admissionreview.go).
    ...(patch.length === 0
      ? {}
      : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') }),
  };
  return { status: 200, body: { apiVersion, kind: 'AdmissionReview', response } };
}

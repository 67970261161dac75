import type {
  NonResourceAttributes,
  ResourceAttributes,
  SelectorRequirement,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from '@tke/meta';

import { JsonFields } from '../server/json-fields.ts';

const apiVersions = ['authorization.k8s.io/v1', 'authorization.k8s.io/v1beta1'] as const;

type ApiVersion = (typeof apiVersions)[number];

export interface SubjectAccessReview {
  readonly apiVersion: ApiVersion;
  readonly spec: SubjectAccessReviewSpec;
}

/** UTF-16 code units. Wider than what Kubernetes itself lets through, where it states a bound. */
const maxNameLength = 1024;
const maxPathLength = 16_384;
const extraBounds = { maxItems: 256, maxLength: 16_384 };
const groupBounds = { maxItems: 4096, maxLength: maxNameLength };
const selectorBounds = { maxItems: 1024, maxLength: maxNameLength };

/** Reads a SubjectAccessReview. Throws a 400 `RequestProblem` that names every malformed field. */
export function decodeSubjectAccessReview(body: unknown): SubjectAccessReview {
  const review = JsonFields.of(body);
  const apiVersion = review.string('apiVersion', maxNameLength);
  if (!apiVersions.some((known) => known === apiVersion)) {
    review.reject('apiVersion', `must be one of ${apiVersions.join(', ')}`);
  }
  if (review.string('kind', maxNameLength) !== 'SubjectAccessReview') {
    review.reject('kind', 'must be SubjectAccessReview');
  }
  // v1beta1 was released with a name that v1 mended.
  const spec = decodeSpec(review.requiredObject('spec'), apiVersion.endsWith('/v1beta1') ? 'group' : 'groups');
  review.check('SubjectAccessReview');
  return { apiVersion: apiVersion as ApiVersion, spec };
}

/** The review with its decision, in the version it was asked in. */
export function encodeSubjectAccessReview(apiVersion: ApiVersion, status: SubjectAccessReviewStatus) {
  return { apiVersion, kind: 'SubjectAccessReview', status };
}

/** The rules are those of the apiserver's own endpoint (kubernetes, apis/authorization/validation). */
function decodeSpec(spec: JsonFields, groupsField: string): SubjectAccessReviewSpec {
  if (spec.isEmpty('user') && spec.isEmpty(groupsField)) {
    spec.reject('spec.user', `must be set unless spec.${groupsField} is`);
  }
  const resource = spec.object('resourceAttributes');
  const nonResource = spec.object('nonResourceAttributes');
  if (resource !== undefined && nonResource !== undefined) {
    spec.reject('spec.nonResourceAttributes', 'must not be set beside spec.resourceAttributes');
  }
  if (resource === undefined && nonResource === undefined) {
    spec.reject('spec.resourceAttributes', 'must be set unless spec.nonResourceAttributes is');
  }
  const subject = {
    user: spec.string('user', maxNameLength),
    uid: spec.string('uid', maxNameLength),
    groups: spec.strings(groupsField, groupBounds),
    extra: spec.stringLists('extra', extraBounds),
  };
  return nonResource === undefined
    ? { ...subject, resourceAttributes: decodeResource(resource ?? JsonFields.empty()) }
    : { ...subject, nonResourceAttributes: decodeNonResource(nonResource) };
}

function decodeResource(fields: JsonFields): ResourceAttributes {
  const text = (key: string) => fields.string(key, maxNameLength);
  const fieldSelector = decodeSelector(fields.object('fieldSelector'));
  const labelSelector = decodeSelector(fields.object('labelSelector'));
  return {
    namespace: text('namespace'),
    verb: text('verb'),
    group: text('group'),
    version: text('version'),
    resource: text('resource'),
    subresource: text('subresource'),
    name: text('name'),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
}

function decodeNonResource(fields: JsonFields): NonResourceAttributes {
  return { path: fields.string('path', maxPathLength), verb: fields.string('verb', maxNameLength) };
}

/**
 * `rawSelector` is left out as Kubernetes advises: its parsed form comes beside it, and two readings of one text are
 * a way around a rule.
 */
function decodeSelector(selector: JsonFields | undefined): SelectorRequirement[] | undefined {
  return selector?.objects('requirements', selectorBounds.maxItems).map((requirement) => ({
    key: requirement.string('key', maxNameLength),
    operator: requirement.string('operator', maxNameLength),
    values: requirement.strings('values', selectorBounds),
  }));
}

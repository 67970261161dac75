import { tenantExtraKeys, type RecordedReview } from '@tke/authz';
import type { ResourceAttributes, SelectorRequirement, SubjectAccessReviewSpec } from '@tke/meta';

import { cliErrors } from '../errors.ts';
import { parseDocuments } from './manifests.ts';

/** Distinct requests that are compared; a log of more is cut off, with a word. */
const maxReviews = 1_000_000;

export interface Recorded {
  readonly review: RecordedReview;
  /** How often it was recorded. */
  readonly count: number;
}

/**
 * Reads recorded requests: SubjectAccessReviews or their specs, in YAML, JSON or one JSON a line; lists of them; and the
 * lines of the authz-webhook's decision log among any others of its log.
 */
export function parseRequests(text: string, path: string): readonly Recorded[] {
  const recorded = new Map<string, { review: RecordedReview; count: number }>();
  for (const { value, origin } of valuesOf(text, path)) {
    const review = reviewOf(value, origin);
    if (review !== undefined) {
      const key = JSON.stringify(review);
      const known = recorded.get(key);
      recorded.set(key, { review, count: (known?.count ?? 0) + 1 });
    }
    if (recorded.size > maxReviews) {
      throw cliErrors.FileInvalid(`${path}: more than ${maxReviews} different requests`, { remedy: 'Split the file.' });
    }
  }
  return [...recorded.values()];
}

interface Value {
  readonly value: unknown;
  readonly origin: string;
}

/** A log has a JSON object on each line, and YAML would take minutes for one of some size. */
function valuesOf(text: string, path: string): readonly Value[] {
  const lines = text.split('\n').map((line, at) => ({ line: line.trim(), origin: `${path}, line ${at + 1}` }));
  const filled = lines.filter(({ line }) => line !== '');
  if (filled.every(({ line }) => line.startsWith('{') && line.endsWith('}'))) {
    return filled.map(({ line, origin }) => ({ value: parseLine(line, origin), origin }));
  }
  return parseDocuments(text, path).flatMap((value, at) => items(value, `${path}, document ${at + 1}`));
}

function parseLine(line: string, origin: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw cliErrors.FileInvalid(`${origin}: no JSON`, { cause });
  }
}

function items(value: unknown, origin: string): readonly Value[] {
  const list: unknown = Array.isArray(value) ? value : isObject(value) ? value.items : undefined;
  return Array.isArray(list)
    ? list.map((item, at) => ({ value: item as unknown, origin: `${origin}, item ${at + 1}` }))
    : [{ value, origin }];
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for lines of a log that are no decisions. */
function reviewOf(value: unknown, origin: string): RecordedReview | undefined {
  if (!isObject(value)) {
    throw cliErrors.FileInvalid(`${origin}: no object`);
  }
  if (typeof value.logger === 'string') {
    return value.logger.endsWith('decisions') ? decisionReview(value, origin) : undefined;
  }
  const spec = value.kind === 'SubjectAccessReview' ? value.spec : value;
  if (!isObject(spec)) {
    throw cliErrors.FileInvalid(`${origin}: spec is missing`);
  }
  return { spec: specOf(spec, origin) };
}

/** A line of the decision log names the tenant and leaves the extra out. */
function decisionReview(line: JsonObject, origin: string): RecordedReview {
  const [tenantKey = ''] = tenantExtraKeys;
  const tenant = textOf(line.tenant);
  const extra = tenant === '' ? {} : { [tenantKey]: [tenant] };
  const { user, groups, resource, path, cluster } = line;
  const asked = { resourceAttributes: resource, nonResourceAttributes: path };
  const spec = specOf({ user, groups, extra, ...asked }, origin);
  return typeof cluster === 'string' && cluster !== '' ? { spec, cluster } : { spec };
}

function specOf(spec: JsonObject, origin: string): SubjectAccessReviewSpec {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (isObject(resource) === isObject(path)) {
    throw cliErrors.FileInvalid(`${origin}: needs exactly one of resourceAttributes and nonResourceAttributes`);
  }
  return {
    user: textOf(spec.user),
    groups: textsOf(spec.groups),
    extra: isObject(spec.extra)
      ? Object.fromEntries(Object.entries(spec.extra).map(([key, values]) => [key, textsOf(values)]))
      : {},
    ...(isObject(resource) && { resourceAttributes: attributesOf(resource, origin) }),
    ...(isObject(path) && {
      nonResourceAttributes: { path: given(path, 'path', origin), verb: given(path, 'verb', origin) },
    }),
  };
}

function attributesOf(resource: JsonObject, origin: string): ResourceAttributes {
  const { fieldSelector } = resource;
  const requirements = Array.isArray(fieldSelector)
    ? fieldSelector
    : isObject(fieldSelector)
      ? fieldSelector.requirements
      : undefined;
  return {
    verb: given(resource, 'verb', origin),
    group: textOf(resource.group),
    version: textOf(resource.version),
    resource: given(resource, 'resource', origin),
    subresource: textOf(resource.subresource),
    namespace: textOf(resource.namespace),
    name: textOf(resource.name),
    ...(Array.isArray(requirements) && { fieldSelector: requirements.filter(isObject).map(requirementOf) }),
  };
}

function requirementOf(requirement: JsonObject): SelectorRequirement {
  const { key, operator, values } = requirement;
  return { key: textOf(key), operator: textOf(operator), values: textsOf(values) };
}

/** What no request is without. */
function given(attributes: JsonObject, field: string, origin: string): string {
  const text = textOf(attributes[field]);
  if (text === '') {
    throw cliErrors.FileInvalid(`${origin}: ${field} is missing`);
  }
  return text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

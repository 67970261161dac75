import { policy, role } from '@tke/api-auth';
import type { Effect } from '@tke/authz';
import type { DeepReadonly, KubeObject } from '@tke/meta';
import { jsonEqual } from '@tke/runtime';
import type { AdmissionRequest } from '@tke/webhook';

import type { Directory } from '../compile/directory.ts';
import { authoredGrants, type Authored, type AuthoredLink, type OwnRows } from './authored.ts';
import { purposes, type Purpose } from './purpose.ts';
import { reseeded } from './reseeded.ts';

/** Rows of an object's own, but for some. */
export interface ChangedRows extends OwnRows {
  readonly except?: (action: string, resource: string) => boolean;
}

/** What a change adds or takes away. */
export interface Difference {
  readonly own: readonly ChangedRows[];
  /** To what other objects say. */
  readonly links: readonly AuthoredLink[];
}

export type Change = Readonly<Record<Purpose, Difference>>;

const nothing: Authored = { own: [], links: [] };

/** What others hold by a name of their own. To revoke, and so to take subjects out of bindings and groups, is free. */
const heldByName: ReadonlySet<string> = new Set([policy.kind, role.kind]);

/** What a request changes of what its object hands out. */
export function changeOf(request: AdmissionRequest, directory: Directory): Change {
  const { object, oldObject } = request;
  const described = (side: DeepReadonly<KubeObject> | undefined) =>
    (side && authoredGrants(side, directory)) ?? nothing;
  const before = described(oldObject);
  const goes = oldObject !== undefined && (object === undefined || isGivenAway(request));
  const remains = goes ? nothing : described(object);
  const comes = union([
    oldObject === undefined ? described(object) : ofStored(described(object)),
    ...(goes ? reseeded(oldObject).map(described) : []),
  ]);
  const isHeldByName = heldByName.has((object ?? oldObject)?.kind ?? '');
  return {
    give: difference(comes, before, 'allow'),
    deny: difference(comes, before, 'deny'),
    lift: difference(before, remains, 'deny'),
    take: isHeldByName ? difference(before, remains, 'allow') : nothing,
  };
}

export function isEmpty(change: Change): boolean {
  return purposes.every((purpose) => change[purpose].own.length === 0 && change[purpose].links.length === 0);
}

/** Who moved an object below a parent of his own, and then into other hands, would have taken it from its owners. */
function ofStored({ own, links }: Authored): Authored {
  return { own, links: links.map((link) => ({ ...link, heldInParent: undefined })) };
}

function union(all: readonly Authored[]): Authored {
  return { own: all.flatMap(({ own }) => own), links: all.flatMap(({ links }) => links) };
}

/** An owner that does not exist is how to have the garbage collector delete an object in one's place. */
function isGivenAway({ object, oldObject }: AdmissionRequest): boolean {
  const ownersOf = (side: DeepReadonly<KubeObject> | undefined) => side?.metadata.ownerReferences ?? [];
  return ownersOf(object).length > 0 && !jsonEqual(ownersOf(object), ownersOf(oldObject));
}

/** What one side has and the other has not. Rows of the object's own with the other effect do not matter here. */
function difference(side: Authored, other: Authored, effect: Effect): Difference {
  const known = new Set(other.links.map(linkKey));
  const links = side.links.filter((link) => !known.has(linkKey(link)));
  const targets = new Set(links.map(({ target }) => target));
  const names = new Set(side.own.map(({ name }) => name));
  return {
    own: side.own
      .filter((own) => own.effect === effect)
      // All rows are new to a new holder.
      .flatMap((own) => (targets.has(own.name) ? [own] : rowsOnlyIn(own, other.own))),
    links: distinct(links.filter(({ target }) => !names.has(target))),
  };
}

function rowsOnlyIn(own: OwnRows, others: readonly OwnRows[]): readonly ChangedRows[] {
  const other = others.find(({ name, effect }) => name === own.name && effect === own.effect);
  if (other === undefined) {
    return [own];
  }
  const [actions, resources] = [new Set(other.actions), new Set(other.resources)];
  const isKnown = own.actions.every((each) => actions.has(each)) && own.resources.every((each) => resources.has(each));
  return isKnown ? [] : [{ ...own, except: (action, resource) => actions.has(action) && resources.has(resource) }];
}

/** One for each thing that is handed out, whoever gets it. */
function distinct(links: readonly AuthoredLink[]): readonly AuthoredLink[] {
  return [...new Map(links.map((link) => [`${link.domain}\0${link.target}`, link])).values()];
}

function linkKey({ member, target, domain }: AuthoredLink): string {
  return JSON.stringify([member, target, domain]);
}

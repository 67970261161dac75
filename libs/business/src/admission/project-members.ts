import type { ProjectObject } from '../objects/kinds.ts';

/** Why a tenant has no user of that name; undefined when it has, or may have. */
export type TellUnknownUser = (tenant: string, username: string) => string | undefined;

/** Members that come to nothing. Not refused: users may come later. */
export function memberWarnings({ spec }: ProjectObject, unknownUser: TellUnknownUser): readonly string[] {
  const { tenantID = '', members } = spec;
  const seen = new Set<string>();
  return (members ?? []).flatMap((name, index) => {
    const field = `spec.members[${index}]`;
    if (seen.has(name)) {
      return [`${field}: ${name} is named before; once is enough`];
    }
    seen.add(name);
    const detail = unknownUser(tenantID, name);
    return detail === undefined ? [] : [`${field}: ${detail}; until that changes it grants nothing`];
  });
}

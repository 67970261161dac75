const everyone = '*';

/** The key under which rows know a user of a tenant. */
export function userKey(tenant: string, username: string): string {
  return `${tenant}##user##${username}`;
}

/** The key that stands for every user of a tenant. */
export function everyoneKey(tenant: string): string {
  return userKey(tenant, everyone);
}

/** The key of a group: the name of a LocalGroup, or the name a directory gives the group. */
export function groupKey(tenant: string, group: string): string {
  return `${tenant}##group##${group}`;
}

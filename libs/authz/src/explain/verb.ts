const ordinary = ['deletecollection', 'delete', 'get', 'list', 'watch', 'create', 'update', 'patch'];

/**
 * The verb that an action, or the pattern of one, begins with: `bind` of `bindPolicy`, nothing of `*Pod*`. Where capitals
 * do not show its end, the ordinary verbs are tried.
 */
export function verbOf(action: string): string {
  const [word = ''] = /^[a-z]*/.exec(action) ?? [];
  const endShows = word !== '' && /^[A-Z*]/.test(action.slice(word.length));
  return endShows ? word : (ordinary.find((verb) => action.toLowerCase().startsWith(verb)) ?? word);
}

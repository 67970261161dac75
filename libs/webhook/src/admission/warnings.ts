/** What the apiserver passes on in full (apiserver, endpoints/filters/warning.go); beyond, it cuts as it likes. */
const maxWarningLength = 256;
const maxTotalLength = 4096;

/**
 * Warnings as they may become headers of a response: without repetitions and control characters, which the apiserver
 * would drop together with the warning, each cut to 256 characters and together at most 4096.
 */
export function boundedWarnings(warnings: readonly string[]): string[] {
  const kept: string[] = [];
  const all = [...new Set(warnings.map(oneLine))].filter((text) => text !== '');
  let total = 0;
  for (const [index, warning] of all.entries()) {
    const left = all.length - index;
    const notice = `${left} more warnings are not shown`;
    total += length(warning);
    if (total + (left > 1 ? notice.length : 0) > maxTotalLength) {
      return [...kept, notice];
    }
    kept.push(warning);
  }
  return kept;
}

function oneLine(text: string): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  return length(clean) <= maxWarningLength
    ? clean
    : `${Array.from(clean)
        .slice(0, maxWarningLength - 1)
        .join('')}…`;
}

/** Code points, as Go counts runes. */
function length(text: string): number {
  return Array.from(text).length;
}

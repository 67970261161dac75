/** Orders `1.9.0` before `1.10.0`. */
export function compareVersions(one: string, other: string): number {
  const parts = (version: string) => version.split('.').map(Number);
  const others = parts(other);
  return (
    parts(one)
      .map((part, index) => part - (others[index] ?? 0))
      .find((difference) => difference !== 0) ?? 0
  );
}

export type Figures = Readonly<Record<string, number>>;

/** Prints one column per program and, from the second on, the first one's figures divided by its own. */
export function printTable(title: string, programs: Readonly<Record<string, Figures>>): void {
  const [first, ...others] = Object.entries(programs);
  if (first === undefined) {
    return;
  }
  const [, base] = first;
  const rows = withRates(base);
  process.stdout.write(`\n${title}\n`);
  process.stdout.write(
    `${''.padEnd(18)}${Object.keys(programs)
      .map((name) => name.padStart(26))
      .join('')}\n`,
  );
  for (const name of Object.keys(rows)) {
    const mine = rows[name] ?? 0;
    const cells = others.map(([, figures]) => {
      const theirs = withRates(figures)[name];
      const ratio = theirs === 0 ? '' : ` (x${(mine / (theirs ?? 1)).toFixed(2)})`;
      return theirs === undefined ? '-' : `${format(theirs)}${ratio}`;
    });
    process.stdout.write(`${name.padEnd(18)}${[format(mine), ...cells].map((cell) => cell.padStart(26)).join('')}\n`);
  }
}

function withRates(figures: Figures): Record<string, number> {
  const { objects, reconciles, seconds, heapBytes } = figures;
  return {
    ...figures,
    ...(reconciles === undefined || seconds === undefined ? {} : { perSecond: reconciles / seconds }),
    ...(objects === undefined || heapBytes === undefined ? {} : { bytesPerObject: heapBytes / objects }),
  };
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(3);
}

/** Plain tables and values for a terminal. */
import type { Intent } from '../intent/model.ts';

const KST_OFFSET_MS = 9 * 3_600_000;

/** `2026-07-23 14:32:05`, Korean time. */
export function koreanTime(wallMs: number): string {
  return new Date(wallMs + KST_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/** `10,000`. */
export function won(amount: number): string {
  return amount.toLocaleString('en-US');
}

/** The last eight characters of a sequence id, written 4-4, as on the screens and receipts. */
export function reference(sequenceId: string): string {
  const last = sequenceId.slice(-8);
  return `${last.slice(0, 4)}-${last.slice(4)}`;
}

/** `approved/received`, with what else a person should know. */
export function stateOf(intent: Intent): string {
  const marks = [
    ...(intent.deferred ? ['later'] : []),
    ...(intent.question === null ? [] : ['question open']),
    ...(intent.cases.length === 0 ? [] : [`case ${intent.cases.join(', ')}`]),
  ];
  return `${intent.host}/${intent.cash}${marks.length === 0 ? '' : ` (${marks.join('; ')})`}`;
}

/** Rows under a head line, columns as wide as their widest cell; columns named in `right` are flush right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

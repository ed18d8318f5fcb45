/** The names by which a file's tests are told: what `it`, `test` and `describe` are called with, read without running it. */
import { parseAst } from 'vite';

type Syntax = Readonly<Record<string, unknown>>;

const TELLERS: ReadonlySet<unknown> = new Set(['it', 'test', 'describe']);
/** How the simulator names its checks and planted bugs, in files that are no tests. */
const NAMING: ReadonlySet<unknown> = new Set(['code', 'name']);

/** Each piece of syntax below one, itself first. */
function* within(value: unknown): Generator<Syntax> {
  if (value === null || typeof value !== 'object') return;
  if ('type' in value) yield value as Syntax;
  for (const part of Object.values(value)) yield* within(part);
}

/** `it` of `it.skipIf(condition).each(rows)`. */
function teller(callee: Syntax): unknown {
  if (callee.type === 'MemberExpression') return teller(callee.object as Syntax);
  return callee.type === 'CallExpression' ? teller(callee.callee as Syntax) : callee.name;
}

function textOf(value: Syntax | undefined): string | null {
  if (value?.type === 'Literal') return typeof value.value === 'string' ? value.value : null;
  if (value?.type !== 'TemplateLiteral') return null;
  return (value.quasis as { value: { cooked: string } }[]).map((part) => part.value.cooked).join('%s');
}

/** The first text of each row that `each` was given in place: what becomes of `%s`. */
function rowNames(callee: Syntax): readonly (string | null)[] {
  if (callee.type !== 'CallExpression') return [];
  const [rows] = callee.arguments as Syntax[];
  const list = rows?.type === 'TSAsExpression' ? (rows.expression as Syntax) : rows;
  if (list?.type !== 'ArrayExpression') return [];
  return (list.elements as Syntax[]).map((row) =>
    textOf(row.type === 'ArrayExpression' ? (row.elements as Syntax[])[0] : row),
  );
}

function titlesOf(call: Syntax): readonly (string | null)[] {
  const callee = call.callee as Syntax;
  if (!TELLERS.has(teller(callee))) return [];
  const title = textOf((call.arguments as Syntax[])[0]);
  return title?.includes('%s') === true ? [title, ...rowNames(callee)] : [title];
}

/** Titles of the tests in a source, with the rows that fill them; of a source without any, what its checks are named. */
export function testNames(source: string): readonly string[] {
  const syntax = [...within(parseAst(source, { lang: 'ts' }))];
  const titles = syntax.filter(({ type }) => type === 'CallExpression').flatMap(titlesOf);
  const found = titles.filter((title) => title !== null);
  if (found.length > 0) return found;
  return syntax
    .filter(({ type, key }) => type === 'Property' && NAMING.has((key as Syntax).name))
    .map(({ value }) => textOf(value as Syntax))
    .filter((name) => name !== null);
}

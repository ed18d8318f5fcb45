/** `npm run simulate -- --sweep`: sweeps, counted by way, and what went wrong by place. */
import { Blow, SWEEPS, type SweepKind } from './blow.ts';
import { placeOf, type SweepResult, type Swept, sweep, tellPlace, wordsOfPlace } from './sweep.ts';

const SHOWN_MAX = 40;

function isKind(kind: string): kind is SweepKind {
  return kind in SWEEPS;
}

/** The stories of so many seeds, one after the other; the first place that fails is told. Gives the exit code. */
export async function sweepSeeds(
  swept: Swept,
  kind: string,
  seeds: number,
  budgetMs: number,
): Promise<number> {
  if (!isKind(kind)) throw new Error(`--sweep ${Object.keys(SWEEPS).join('|')}`);
  const startMs = performance.now();
  let code = 0;
  for (let { seed } = swept; seed < swept.seed + seeds; seed += 1) {
    const leftMs = budgetMs - (performance.now() - startMs);
    if (leftMs <= 0) break;
    const result = await sweep({ ...swept, seed }, kind, { budgetMs: leftMs });
    print(seed, kind, result);
    const [first] = result.failed;
    if (first === undefined) continue;
    if (code === 0) await tellPlace({ ...swept, seed }, new Blow(first.place), (line) => console.log(line));
    code = 1;
  }
  return code;
}

function print(seed: number, kind: SweepKind, { plain, places, runs, failed, spared }: SweepResult): void {
  const ways = SWEEPS[kind].join(', ');
  const all = places * SWEEPS[kind].length;
  const ended = runs < all ? ` of ${all}, the time was over` : '';
  const nothing = spared.length === 0 ? '' : `, nothing could come at ${spared.map(wordsOfPlace).join(' ')}`;
  console.log(
    `seed ${seed}: ${plain.intents} intents, ${places} places (${ways}), ${runs} runs${ended}${nothing}, violations ${failed.length}`,
  );
  for (const { place, violations } of failed.slice(0, SHOWN_MAX))
    for (const { code, text } of violations.slice(0, 3))
      console.log(`  ${wordsOfPlace(place)}: ${code} ${text}`);
}

/** One place, line by line. */
export async function tellOnePlace(swept: Swept, text: string): Promise<number> {
  const place = placeOf(text);
  if (place === null) throw new Error(`--place WAY:N, of ${Object.values(SWEEPS).flat().join(' ')}`);
  const blow = new Blow(place);
  const { violations } = await tellPlace(swept, blow, (line) => console.log(line));
  console.log(
    `${wordsOfPlace(place)} ${blow.isDone ? 'came' : 'did not come'}, violations ${violations.length}`,
  );
  return violations.length === 0 ? 0 : 1;
}

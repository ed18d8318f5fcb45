/** What happens seldom to the tills and the issuer of a story, and mostly only once in the life of a till. */
import type { Counter } from './counter.ts';
import type { Scene } from './weather.ts';

export class Incidents {
  readonly #scene: Scene;
  readonly #makeGhost: (origin: Counter) => Counter;
  /** Old machines that were switched on with a copy of a disk. */
  readonly ghosts: Counter[] = [];
  /** Of these, those at which people stood. */
  readonly copies: Counter[] = [];
  /** And stand as long as they are on, by the till whose disk it was. */
  readonly staffed = new Map<Counter, Counter>();
  /** The issuer as it was some time ago. */
  #past: (() => void) | null = null;
  /** How often the issuer was put back to an earlier point. */
  restores = 0;
  #isOver = false;

  constructor(scene: Scene, makeGhost: (origin: Counter) => Counter) {
    this.#scene = scene;
    this.#makeGhost = makeGhost;
  }

  /** Between two customers, and at some time while that one is there. */
  begin(counter: Counter): void {
    const { random, issuer, clock, happens } = this.#scene;
    if (happens('cutOver', 0.03)) issuer.cutOver();
    if (happens('sealed', 0.004)) this.seal();
    if (random.chance(0.05)) this.keepPast();
    if (this.hasPast && happens('issuerRestored', 0.01)) this.restoreIssuer();
    const within = (): number => random.below(30_000);
    if (random.chance(0.03)) clock.after(within(), () => counter.upgrade());
    if (random.chance(0.01)) clock.after(within(), () => counter.rollBack('oldImage'));
    if (random.chance(0.01)) clock.after(within(), () => counter.rollBack('restore'));
    if (random.chance(0.006)) clock.after(within(), () => this.#move(counter));
    if (random.chance(0.05)) clock.after(within(), () => counter.page.reload());
    if (random.chance(0.05)) clock.after(within(), () => counter.fiddle());
    if (random.chance(0.08)) clock.after(within(), () => counter.closeDay());
  }

  /** The issuer seals its day, which nobody closed. */
  seal(): void {
    const { issuer, counters, say } = this.#scene;
    for (const { causes } of [...counters, ...this.ghosts]) causes.add('sealed');
    const terminals = counters.map(({ world }) => world.terminalId);
    issuer.seal(issuer.businessDate, terminals);
    issuer.cutOver();
    say('the issuer seals the day that nobody closed');
  }

  get hasPast(): boolean {
    return this.#past !== null;
  }

  keepPast(): void {
    this.#past = this.#scene.issuer.copy();
  }

  restoreIssuer(): void {
    if (this.#past === null) return;
    this.#past();
    this.#past = null;
    this.restores += 1;
    const { counters, say } = this.#scene;
    for (const { causes } of [...counters, ...this.ghosts]) causes.add('issuerRestored');
    for (const counter of counters) counter.judgeLost();
    say('the issuer is put back to an earlier point');
  }

  /** The disk goes into another machine; the old one, with a copy, is switched on again for a while. */
  #move(counter: Counter): void {
    const { random, clock } = this.#scene;
    const left = counter.moveToAnotherMachine();
    if (left === null || !random.chance(0.6)) return;
    clock.after(5_000 + random.below(60_000), () => {
      const ghost = this.#makeGhost(counter);
      ghost.haunt(left, counter);
      this.ghosts.push(ghost);
      clock.after(90_000, () => ghost.switchOff());
    });
  }

  /** The same, but both machines are used, side by side, for as long. `met`: told of the old one. */
  double(counter: Counter, afterMs: number, lastsMs: number, met: (ghost: Counter) => void): void {
    const { clock, say } = this.#scene;
    const left = this.staffed.has(counter) ? null : counter.moveToAnotherMachine();
    if (left === null) return;
    clock.after(afterMs, () => {
      if (this.#isOver) return;
      say('the old machine is used again, with a copy of the disk');
      const ghost = this.#makeGhost(counter);
      met(ghost);
      this.ghosts.push(ghost);
      this.copies.push(ghost);
      this.staffed.set(counter, ghost);
      ghost.standIn(left, counter);
      clock.after(lastsMs, () => {
        if (this.staffed.delete(counter)) say('the old machine is switched off');
        ghost.switchOff();
      });
    });
  }

  /** Old machines are switched off for good. */
  end(): void {
    for (const ghost of this.ghosts) ghost.switchOff();
    this.staffed.clear();
    this.#isOver = true;
  }
}

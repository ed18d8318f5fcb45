/**
 * Breadth first through every state that one intent, its issuer, the network, the notes on the counter and the people
 * around it can reach under the real rules. Proves that there is no wrong end and no dead end; finds the shortest story
 * of a wrong end when a rule is taken out.
 */
import assert from 'node:assert/strict';
import type { IntentType } from '../../../../src/intent/model.ts';
import { lossIn, wrongIn } from './checks.ts';
import { Intents } from './intents.ts';
import type { Model } from './moves.ts';
import { moves } from './moves.ts';
import type { Rule } from './without.ts';
import { beginning, itemOf, LARGEST_PACKED, notesOf, pack, shownOf, unpack } from './world.ts';

export interface ExploreOptions {
  /** Wall-clock bound; a walk that needs longer says so in `isComplete`. */
  readonly budgetMs: number;
  readonly rulesOut?: readonly Rule[];
  readonly crashesMax?: number;
  readonly darkActsMax?: number;
  readonly statesMax?: number;
  readonly types?: readonly IntentType[];
  /** False: a backend whose adapter says that a net cancel leaves no tombstone. */
  readonly hasTombstones?: boolean;
  /** Looks for lost or doubled money only, not for wrong sentences or needless cases on the way there. */
  readonly onlyLosses?: boolean;
}

export interface Wrong {
  readonly kind: 'wrong end' | 'dead end' | 'broken rule';
  readonly what: string;
  /** The way there, one happening per line. */
  readonly story: readonly string[];
}

export interface ExploreReport {
  readonly states: number;
  readonly steps: number;
  readonly intents: number;
  readonly ends: number;
  /** `TYPE host/cash` with ` deferred`, sorted. */
  readonly tuples: readonly string[];
  readonly isComplete: boolean;
  readonly elapsedMs: number;
  readonly wrong: Wrong | null;
}

/** A list of small numbers that grows without copying into boxed values. */
class Numbers {
  #values = new Int32Array(1 << 16);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.length] = value;
    this.length += 1;
  }

  at(index: number): number {
    return this.#values[index] ?? 0;
  }
}

/** One walk over one type of intent. */
class Walk {
  readonly #model: Model;
  readonly #numbers = new Map<number, number>();
  readonly #packed: number[] = [];
  readonly #parents = new Numbers();
  readonly #labels: string[] = [];
  readonly #labelNumbers = new Map<string, number>();
  readonly #reachedBy = new Numbers();
  /** Steps that need no fault, as pairs. */
  readonly #from = new Numbers();
  readonly #to = new Numbers();
  readonly #wrongIn: typeof wrongIn;
  steps = 0;

  constructor(model: Model, check: typeof wrongIn) {
    this.#model = model;
    this.#wrongIn = check;
  }

  get states(): number {
    return this.#packed.length;
  }

  #labelNumber(label: string): number {
    let number = this.#labelNumbers.get(label);
    if (number === undefined) {
      number = this.#labels.length;
      this.#labels.push(label);
      this.#labelNumbers.set(label, number);
    }
    return number;
  }

  #reach(packed: number, parent: number, label: string): number {
    const existing = this.#numbers.get(packed);
    if (existing !== undefined) return existing;
    const number = this.#packed.length;
    this.#numbers.set(packed, number);
    this.#packed.push(packed);
    this.#parents.push(parent);
    this.#reachedBy.push(this.#labelNumber(label));
    return number;
  }

  #worldAt(number: number): ReturnType<typeof unpack> {
    return unpack(this.#packed[number] ?? 0);
  }

  story(number: number): readonly string[] {
    const lines: string[] = [];
    for (let at = number; at >= 0; at = this.#parents.at(at)) {
      const world = this.#worldAt(at);
      const { intent } = this.#model.intents.at(world.intent);
      const question = intent.question === null ? '' : ` ${intent.question}`;
      lines.push(
        `${this.#labels[this.#reachedBy.at(at)]} -> ${intent.type} ${intent.host}/${intent.cash}` +
          `${intent.deferred ? ' deferred' : ''}${question}${intent.acknowledged ? ' seen' : ''}` +
          ` issuer ${itemOf(world)}${world.sealed === 1 ? ' sealed' : ''} notes ${notesOf(world)}` +
          ` page ${shownOf(world)}${world.isDown === 1 ? ' DOWN' : ''}`,
      );
    }
    return lines.reverse();
  }

  /** Walks until all is seen, something is wrong, or a bound is met. */
  run(
    starts: readonly number[],
    statesMax: number,
    mayGoOn: () => boolean,
  ): { wrong: Wrong | null; isComplete: boolean } {
    for (const start of starts) this.#reach(pack(beginning(start)), -1, 'scan accepted');
    for (let at = 0; at < this.#packed.length; at += 1) {
      if (at >= statesMax || (at % 1024 === 0 && !mayGoOn())) return { wrong: null, isComplete: false };
      const world = this.#worldAt(at);
      const what = this.#wrongIn(world, this.#model.intents.at(world.intent));
      if (what !== null)
        return { wrong: { kind: 'wrong end', what, story: this.story(at) }, isComplete: false };
      try {
        moves(world, this.#model, (label, next, isFault) => {
          this.steps += 1;
          const to = this.#reach(pack(next), at, label);
          if (!isFault && to !== at) {
            this.#from.push(at);
            this.#to.push(to);
          }
        });
      } catch (fault) {
        const text = fault instanceof Error ? fault.message : 'unknown';
        return { wrong: { kind: 'broken rule', what: text, story: this.story(at) }, isComplete: false };
      }
    }
    return { wrong: this.#deadEnd(), isComplete: true };
  }

  ends(): number {
    let count = 0;
    for (let at = 0; at < this.states; at += 1) if (this.#isEnd(at)) count += 1;
    return count;
  }

  #isEnd(number: number): boolean {
    const world = this.#worldAt(number);
    return world.isDown === 0 && this.#model.intents.at(world.intent).isEnded;
  }

  /** Backwards from all ends along steps without faults: what is not reached can never end. */
  #deadEnd(): Wrong | null {
    const { states } = this;
    const starts = new Int32Array(states + 1);
    for (let step = 0; step < this.#to.length; step += 1) {
      const to = this.#to.at(step);
      starts[to + 1] = (starts[to + 1] ?? 0) + 1;
    }
    for (let state = 0; state < states; state += 1)
      starts[state + 1] = (starts[state + 1] ?? 0) + (starts[state] ?? 0);
    const filled = starts.slice();
    const sources = new Int32Array(this.#to.length);
    for (let step = 0; step < this.#to.length; step += 1) {
      const to = this.#to.at(step);
      const place = filled[to] ?? 0;
      sources[place] = this.#from.at(step);
      filled[to] = place + 1;
    }
    const canEnd = new Uint8Array(states);
    const queue: number[] = [];
    for (let state = 0; state < states; state += 1) {
      if (this.#isEnd(state)) {
        canEnd[state] = 1;
        queue.push(state);
      }
    }
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      for (let place = starts[next] ?? 0; place < (starts[next + 1] ?? 0); place += 1) {
        const source = sources[place] ?? 0;
        if (canEnd[source] === 1) continue;
        canEnd[source] = 1;
        queue.push(source);
      }
    }
    const dead = canEnd.indexOf(0);
    if (dead < 0) return null;
    return { kind: 'dead end', what: 'no end can be reached from here', story: this.story(dead) };
  }
}

function startsOf(intents: Intents, type: IntentType): readonly number[] {
  const starts = [intents.begin(type, false, false), intents.begin(type, true, false)];
  return type === 'CHARGE'
    ? [...starts, intents.begin(type, false, true), intents.begin(type, true, true)]
    : starts;
}

/** Explores both types of intent; stops at the first thing that is wrong. */
export function explore(options: ExploreOptions): ExploreReport {
  assert(Number.isSafeInteger(LARGEST_PACKED));
  const begunMs = performance.now();
  const out = new Set(options.rulesOut ?? []);
  const tuples = new Set<string>();
  let report = { states: 0, steps: 0, intents: 0, ends: 0, isComplete: true };
  let wrong: Wrong | null = null;
  for (const type of options.types ?? (['REFUND', 'CHARGE'] as const)) {
    const intents = new Intents(out);
    const model = {
      intents,
      out,
      crashesMax: options.crashesMax ?? 1,
      darkActsMax: options.darkActsMax ?? 1,
      hasTombstones: options.hasTombstones ?? true,
    };
    const walk = new Walk(model, options.onlyLosses === true ? lossIn : wrongIn);
    const mayGoOn = (): boolean => performance.now() - begunMs < options.budgetMs;
    const result = walk.run(startsOf(intents, type), options.statesMax ?? 20_000_000, mayGoOn);
    for (const { intent } of intents.known) {
      tuples.add(`${type} ${intent.host}/${intent.cash}${intent.deferred ? ' deferred' : ''}`);
    }
    report = {
      states: report.states + walk.states,
      steps: report.steps + walk.steps,
      intents: report.intents + intents.known.length,
      ends: report.ends + walk.ends(),
      isComplete: report.isComplete && result.isComplete,
    };
    wrong = result.wrong;
    if (wrong !== null) break;
  }
  return { ...report, tuples: [...tuples].sort(), elapsedMs: performance.now() - begunMs, wrong };
}

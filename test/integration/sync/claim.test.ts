import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answered, HelloAnswer, HelloRequest } from '../../../src/konaplate/settlement.ts';
import { volatileMemory } from '../../../src/sync/memory.ts';
import { answered, Counter, held, NOTHING_LEFT, notProcessed } from './counter.ts';

let counter: Counter;
beforeEach(() => {
  counter = new Counter({ memory: volatileMemory() });
});
afterEach(() => counter.end());

/** An issuer that grants the next epoch only. */
class EpochIssuer {
  #epoch: number;
  #holder: string | null = null;

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  /** Another machine claims the next one. */
  giveToAnother(): void {
    this.#epoch += 1;
    this.#holder = 'c'.repeat(64);
  }

  hello({ machineId, claimEpoch }: HelloRequest, { backend, clock }: Counter): Answered<HelloAnswer> {
    if (claimEpoch !== undefined && claimEpoch !== this.#epoch + 1) return notProcessed('000_002');
    if (claimEpoch !== undefined) {
      this.#epoch = claimEpoch;
      this.#holder = machineId;
    }
    const holder = this.#holder ?? machineId;
    const serverTimeMs = clock.now().wallMs;
    return answered({ ...backend.greeting, epoch: this.#epoch, holder, serverTimeMs });
  }
}

describe('a claim of the next epoch', () => {
  it('of a till that was fenced while it sold, because another machine was taken on, is granted at once', async () => {
    const issuer = new EpochIssuer(0);
    counter.backend.sayHello = (request) => issuer.hello(request, counter);
    await counter.start();
    issuer.giveToAnother();
    counter.backend.sayApprove = () => notProcessed('000_910');
    counter.charge();
    await counter.clock.advance(1_000);
    expect(counter.worker.status()).toMatchObject({ recovering: true });
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(2_000);
    expect(await claimed).toBe(true);
    expect(counter.worker.status()).toMatchObject({ recovering: false, epoch: 2 });
    expect(counter.backend.of('hello').map(({ request }) => 'claimEpoch' in request)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('that came too late is refused, the next one is not: it asks first which epoch is the next', async () => {
    const issuer = new EpochIssuer(1);
    counter.backend.sayHello = (request) => issuer.hello(request, counter);
    await counter.start();
    expect(counter.worker.status()).toMatchObject({ recovering: true });
    issuer.giveToAnother();
    const refused = counter.worker.claimEpoch('lee');
    await counter.clock.advance(2_000);
    expect(await refused).toBe(false);
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(2_000);
    expect(await claimed).toBe(true);
    expect(counter.worker.status()).toMatchObject({ recovering: false, epoch: 3 });
  });

  it('that cannot even ask which epoch is the next is not granted, and does not wait for the line', async () => {
    const issuer = new EpochIssuer(0);
    counter.backend.sayHello = (request) => issuer.hello(request, counter);
    await counter.start();
    issuer.giveToAnother();
    counter.backend.sayApprove = () => notProcessed('000_910');
    counter.charge();
    await counter.clock.advance(1_000);
    counter.backend.sayHello = () => NOTHING_LEFT;
    const claimed = counter.worker.claimEpoch('lee');
    await counter.clock.advance(2_000);
    expect(await claimed).toBe(false);
  });

  it('that is pressed again while the lists are read has the same answer, and claims no second epoch', async () => {
    const { backend, clock, worker } = counter;
    backend.greeting = { ...backend.greeting, epoch: 4 };
    await counter.start();
    backend.greeting = { ...backend.greeting, epoch: 5 };
    const say = backend.sayTransactions;
    backend.sayTransactions = (request) =>
      new Promise((resolve) => clock.after(4_000, () => resolve(say(request))));
    const first = worker.claimEpoch('lee');
    await clock.advance(10_000);
    const second = worker.claimEpoch('lee');
    await clock.advance(60_000);
    expect(await Promise.all([first, second])).toEqual([true, true]);
    const claims = backend.of('hello').flatMap(({ request }) => Object(request).claimEpoch ?? []);
    expect(claims).toEqual([5]);
  });

  it('that is pressed again while the first is on its way claims no second epoch', async () => {
    const { backend, clock, worker } = counter;
    backend.greeting = { ...backend.greeting, epoch: 4 };
    await counter.start();
    const granted = { ...backend.greeting, epoch: 5 };
    const hello = held<Awaited<ReturnType<typeof backend.sayHello>>>();
    backend.sayHello = () => hello.promise;
    const first = worker.claimEpoch('lee');
    await clock.advance(1_000);
    const say = backend.sayTransactions;
    const list = held<Awaited<ReturnType<typeof say>>>();
    backend.sayTransactions = () => list.promise;
    const second = worker.claimEpoch('lee');
    hello.give(answered(granted));
    await clock.advance(1_000);
    expect(await first).toBe(true);
    list.give(await say({ businessDate: '20261122', limit: 100 }));
    await clock.advance(10_000);
    expect(await second).toBe(true);
    const claims = backend.of('hello').flatMap(({ request }) => Object(request).claimEpoch ?? []);
    expect(claims).toEqual([5]);
  });
});

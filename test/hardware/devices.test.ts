/**
 * The drivers against real kernel devices, in a virtual machine, as the agent's unprivileged user: one machine for all.
 * `npm test` runs a short share, `npm run test:hardware` everything in full. docs/hardware.md says more.
 */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { installRules } from './lab/counter.ts';
import { BOOT_MS, openLab } from './lab/lab.ts';
import type { Machine } from './lab/machine.ts';
import { describePlugs } from './plugs.suite.ts';
import { describeScans } from './scans.suite.ts';
import { describeWedge } from './wedge.suite.ts';

const lab = await openLab();

if (typeof lab === 'string') {
  it('the drivers with real kernel devices: NOT RUN on this machine', (context) => context.skip(lab));
} else {
  describe('with real kernel devices', () => {
    let machine: Machine;
    const booted = (): Machine => machine;
    beforeAll(async () => {
      machine = lab.machine();
      await machine.boot();
      await installRules(machine);
    }, BOOT_MS + 60_000);
    afterAll(async () => {
      await machine.cutPower();
      lab.close();
    });

    describe('scans', () => describeScans(booted));
    describe('plugs', () => describePlugs(booted));
    describe('a keyboard scanner', () => describeWedge(booted));
  });
}

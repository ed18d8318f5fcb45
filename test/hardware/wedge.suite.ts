/** A keyboard scanner types into whatever has the focus. With the rule in force the console hears nothing, the agent all. */
import { beforeAll, expect, it } from 'vitest';
import { installRules, scanText, wedge } from './lab/counter.ts';
import { type Gadget, keyboardReports, shell } from './lab/gadgets.ts';
import type { Machine } from './lab/machine.ts';
import { ScanLog } from './lab/scan-log.ts';

const TEST_MS = 600_000;
const TYPED = '/tmp/typed';
const RULES = '/run/udev/rules.d/70-kona-till-scanners.rules';

export function describeWedge(booted: () => Machine): void {
  let machine: Machine;
  let gadget: Gadget;

  beforeAll(async () => {
    machine = booted();
    gadget = await wedge(machine, 3, '05e0', 'K');
  }, TEST_MS);

  /** What the console received of one scan (as a program at its prompt would), and what the event device gave. */
  async function scanAndListen(text: string): Promise<{ console: string; events: number; heard: string[] }> {
    await shell(machine, `rm -f ${TYPED} ${TYPED}-events`);
    const log = await ScanLog.start(machine, [{ driver: 'hid-keyboard', name: 'wedge', vendorId: '05e0' }]);
    await gadget.plug();
    await log.state('wedge', 'ready');
    await shell(machine, 'udevadm settle');
    await machine.start('console', [
      '/bin/sh',
      '-c',
      `busybox stty -F /dev/tty1 -echo; cat /dev/tty1 > ${TYPED}`,
    ]);
    await machine.start('events', ['/bin/sh', '-c', `cat /dev/input/event* > ${TYPED}-events`]);
    await shell(machine, 'busybox sleep 1');
    const from = log.events.length;
    await machine.reports(gadget.port, keyboardReports(text), 5);
    await log.frame('wedge', text, from);
    await shell(machine, 'busybox sleep 1');
    const size = await shell(machine, `busybox stat -c %s ${TYPED}-events`);
    const answer = { console: await machine.read(TYPED), events: Number(size), heard: log.texts('wedge') };
    for (const name of ['console', 'events']) await machine.kill(name);
    await shell(machine, 'busybox killall cat 2>/dev/null || true');
    await log.close();
    await gadget.unplug();
    return answer;
  }

  it(
    'without the rule the card number arrives at the console: this listening does hear it',
    async () => {
      await shell(machine, `busybox sed -i /inhibited/d ${RULES}; udevadm control --reload`);
      const text = scanText(1);
      const { console: typed, events, heard } = await scanAndListen(text);
      expect(heard).toEqual([text]);
      expect(typed).toContain(text);
      expect(events).toBeGreaterThan(0);
    },
    TEST_MS,
  );

  it(
    'with the rule the console and the event device stay silent while the agent reads every character',
    async () => {
      await installRules(machine);
      const text = scanText(2);
      const { console: typed, events, heard } = await scanAndListen(text);
      expect(heard).toEqual([text]);
      expect(typed).toBe('');
      expect(events).toBe(0);
    },
    TEST_MS,
  );
}

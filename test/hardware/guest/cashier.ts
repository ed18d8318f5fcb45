/**
 * A cashier page inside the guest: prints every snapshot of the agent's event stream as a JSON line, takes `press KEY` and
 * `shown` as lines and prints the agent's answer. Argument: the agent's address.
 */
import { createInterface } from 'node:readline';
import type { Snapshot } from '../../../src/station/snapshot.ts';

const PAGE = 'page-in-the-machine';
const HEARTBEAT_MS = 5_000;
const RETRY_MS = 200;
const base = `${process.argv[2] ?? ''}/api/v1/stations/1`;
let snapshot: Snapshot | null = null;

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function take(event: string): void {
  const data = /^data: (.*)$/m.exec(event)?.[1];
  if (data === undefined || !/^event: snapshot$/m.test(event)) return;
  snapshot = JSON.parse(data) as Snapshot;
  const { face, strip } = snapshot;
  print({
    event: 'snapshot',
    face: face.id,
    acknowledge: face.acknowledge,
    closable: face.closable,
    sequenceId: face.intent?.sequenceId ?? null,
    scanner: strip.scanner.state,
    line: strip.line.state,
  });
}

async function follow(): Promise<void> {
  const response = await fetch(`${base}/events?page=${PAGE}`);
  if (response.body === null || !response.ok) throw new Error(`no event stream: ${response.status}`);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) take(event);
  }
}

async function post(path: string, extra: object | null): Promise<unknown> {
  const intent = snapshot?.face.intent;
  const shown = {
    sequenceId: intent?.sequenceId ?? null,
    version: intent?.version ?? null,
    face: snapshot?.face.id,
  };
  const response = await fetch(`${base}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ page: PAGE, ...(extra === null ? {} : { ...shown, ...extra }) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const [command, key] = line.split(' ');
  const call = command === 'press' ? post('press', { key }) : post('shown', {});
  call.then(
    (answer) => print({ event: 'answer', command: line, answer }),
    (error: unknown) => print({ event: 'answer', command: line, failed: String(error) }),
  );
});
setInterval(() => void post('heartbeat', null).catch(() => undefined), HEARTBEAT_MS).unref();
for (;;) {
  await follow().catch(() => undefined); // the agent is not up yet, or it restarts
  await new Promise((next) => setTimeout(next, RETRY_MS));
}

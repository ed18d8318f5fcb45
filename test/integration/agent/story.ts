/** What a till and its page can tell when a test waits for a face in vain: which of scanner, station, line and page it was. */
import type { Agent } from '../../../src/agent.ts';
import { SystemClock } from '../../../src/ops/clock.ts';
import type { Snapshot } from '../../../src/station/snapshot.ts';

/** One event of a stream, as a page got it. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string | null;
  readonly data: unknown;
  /** Milliseconds on the clock of `performance.now()`. */
  readonly atMs: number;
}

const SHOWN_MAX = 12;
const NOTES_MAX = 12;
const BODY_MAX = 240;

/** In one line each, oldest first. Everything in it is masked where it is kept. */
export function storyOf(
  agent: Agent | null,
  page: { readonly events: readonly StreamEvent[]; readonly ended: boolean },
): string {
  return [
    ...pageLines(page.events),
    `the page's stream ${page.ended ? 'has ended' : 'is open'}`,
    ...(agent === null ? ['no till of this page is known'] : agentLines(agent)),
  ].join('\n  ');
}

/** What changed on the page, and when. */
function pageLines(events: readonly StreamEvent[]): string[] {
  const nowMs = performance.now();
  const lines: string[] = [];
  let before = '';
  for (const { event, data, atMs } of events) {
    if (event !== 'snapshot') continue;
    const shown = shownOf(data as Snapshot);
    if (shown !== before) lines.push(`${ago(nowMs - atMs)} the page: ${shown}`);
    before = shown;
  }
  const last = events.at(-1);
  const silence = last === undefined ? 'nothing' : `the last event, ${last.event}, ${ago(nowMs - last.atMs)}`;
  return [...lines.slice(-SHOWN_MAX), `the page heard ${silence}`];
}

function shownOf({ face, band, strip, control }: Snapshot): string {
  const { line, scanner } = strip;
  return [
    face.id,
    face.refused === null ? '' : `refused ${face.refused.cause} ${JSON.stringify(face.refused.values)}`,
    band === null ? '' : `band ${band.cause}`,
    control === 'here' ? '' : control,
    `line ${line.state}${line.reason === null ? '' : ` (${line.reason})`}`,
    `scanner ${scanner.state}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function agentLines({ recorder, scanners, ledger, worker }: Agent): string[] {
  const { monoMs: nowMs, wallMs } = new SystemClock().now();
  const reads = recorder.entries().slice(-NOTES_MAX);
  const { line, paused, recovering, breaker } = worker.status();
  return [
    ...reads.map((entry) =>
      entry.kind === 'frame'
        ? `${ago(nowMs - entry.monoMs)} the recorder: ${entry.source} read ${entry.masked}`
        : `${ago(nowMs - entry.monoMs)} the recorder: ${entry.source} is ${entry.state}`,
    ),
    ...scanners
      .list()
      .map(
        ({ status, results, testUntilMs, scanner }) =>
          `scanner ${status.name}: ${JSON.stringify({ ...results, ...scanner?.statistics(), testUntilMs })}`,
      ),
    `line: ${JSON.stringify({ ...line, paused, recovering, breaker })}`,
    ...notesOf(ledger, wallMs),
  ];
}

/** The newest lines of the journal by their kind: refused scans and their cause stand there. */
function notesOf(ledger: Agent['ledger'], nowMs: number): string[] {
  const entries = ledger.entries(Math.max(1, ledger.head().index - NOTES_MAX + 1), NOTES_MAX);
  return entries.map(
    ({ index, kind, atMs, body }) =>
      `${ago(nowMs - atMs)} journal ${index}: ${kind} ${body.slice(0, BODY_MAX)}`,
  );
}

function ago(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s ago`;
}

/** Scanners: does it read? Live state, statistics, and a test that opens no payment. */
import type { ScannerRow, ScannersAnswer, ScanTest } from '../../web/api/terminal.ts';
import { diagnosisText } from '../text/diagnoses.ts';
import { clockTimeSeconds, digits } from '../text/format.ts';
import { CONNECTIONS, DROPPED, NAV, SCANNERS } from '../text/manager.ts';
import { refusalText } from '../text/refusals.ts';
import { problemText } from '../text/scanner-problems.ts';
import { type Language, say } from '../text/words.ts';
import { managerPost, useAction, useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { FactList, LoadState } from './parts.tsx';
import { when } from './payment-table.tsx';

export function Scanners(props: PageProps) {
  const { language, live } = props;
  const loaded = useLoad<ScannersAnswer>('scanners', `${live.version}.${live.state?.scans}`, props.signedOut);
  const rows = loaded.data?.scanners ?? [];
  return (
    <>
      <div class="title">
        <h1>{NAV.scanners[language]}</h1>
        <span class="gap" />
        <a class="button" href="/scanner-sheet" target="_blank" rel="noreferrer">
          {SCANNERS.sheet[language]}
        </a>
      </div>
      <LoadState of={loaded} what={NAV.scanners[language]} language={language} />
      {loaded.data !== null && rows.length === 0 ? <p class="empty">{SCANNERS.none[language]}</p> : null}
      {rows.map((row) => (
        <Scanner key={`${row.stationId} ${row.name}`} {...props} row={row} reload={loaded.reload} />
      ))}
      <Plugged plugged={loaded.data?.plugged ?? []} language={language} />
      {loaded.data?.posPorts.map((port) => (
        <PosPort key={port.path} port={port} language={language} />
      ))}
    </>
  );
}

function Scanner(props: PageProps & { row: ScannerRow; reload: () => void }) {
  const { row, language, live } = props;
  const action = useAction(language, props.signedOut);
  const testing = row.testUntilMs !== null && row.testUntilMs > live.wallMs;
  const test = async (): Promise<void> => {
    const path = `scanners/${encodeURIComponent(row.name)}/test`;
    await action.run(() => managerPost<ScannersAnswer>(path, { on: !testing }));
    props.reload();
  };
  const facts: readonly (readonly [string, string])[] = [
    [
      SCANNERS.state[language],
      `${SCANNERS[row.state][language]} ${say(SCANNERS.since, language, { time: when(row.sinceAtMs, live.wallMs) })}`,
    ],
    [SCANNERS.connection[language], connectionText(row.connection, language)],
    [SCANNERS.device[language], row.device ?? '–'],
    ['VID:PID', row.usb ?? '–'],
    ...(row.typesIntoPages === null
      ? []
      : [
          [
            SCANNERS.keptFromPages[language],
            (row.typesIntoPages ? SCANNERS.no : SCANNERS.yes)[language],
          ] as const,
        ]),
    [SCANNERS.frames[language], digits(row.framesToday)],
    [SCANNERS.refused[language], digits(row.refused)],
    [SCANNERS.unreadable[language], digits(row.unreadable)],
    [SCANNERS.notOurs[language], digits(row.notOurs)],
    [SCANNERS.dropped[language], droppedText(row.dropped, language)],
    [SCANNERS.reconnects[language], digits(row.reconnects)],
    [SCANNERS.last[language], row.lastFrameAtMs === null ? '–' : when(row.lastFrameAtMs, live.wallMs)],
  ];
  return (
    <section class="card">
      <div class="title">
        <h2>{row.name}</h2>
        <span class="gap" />
        <button type="button" onClick={() => void test()} disabled={action.busy} aria-pressed={testing}>
          {(testing ? SCANNERS.endTest : SCANNERS.test)[language]}
        </button>
      </div>
      {row.problem === null ? null : <p class="fault">{problemText(row.problem, language)}</p>}
      <FactList rows={facts} />
      {row.lastUnreadable === null || testing ? null : (
        <p class="fault" role="status">
          <b>{SCANNERS.lastUnreadable[language]}</b> {when(row.lastUnreadable.atMs, live.wallMs)} ·{' '}
          {testText(row.lastUnreadable, language)} <span class="mono">{row.lastUnreadable.masked}</span>
        </p>
      )}
      {testing ? <p role="status">{SCANNERS.testing[language]}</p> : null}
      {testing && live.scan !== null && live.scan.scanner === row.name ? (
        <p role="status">
          <b>{testText(live.scan, language)}</b> <span class="mono">{live.scan.masked}</span>{' '}
          {clockTimeSeconds(live.scan.atMs)}
        </p>
      ) : null}
      <p class="fault" role="alert">
        {action.fault}
      </p>
    </section>
  );
}

/** What the system sees and no station uses: a scanner that is set up for another driver, or not named yet. */
function Plugged(props: { plugged: ScannersAnswer['plugged']; language: Language }) {
  const { plugged, language } = props;
  if (plugged.length === 0) return null;
  return (
    <section class="card">
      <h2>{SCANNERS.plugged[language]}</h2>
      <ul class="plugged">
        {plugged.map((device) => (
          <li key={device.device}>
            <b>{device.product ?? connectionText(device.connection, language)}</b>{' '}
            {[connectionText(device.connection, language), device.usb, device.device]
              .filter((part) => part !== null)
              .join(' · ')}
            {device.likely ? ` · ${SCANNERS.likely[language]}` : ''}
            {device.problem === null ? null : (
              <span class="fault"> ▲ {problemText(device.problem, language)}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function connectionText(connection: string, language: Language): string {
  return CONNECTIONS[connection]?.[language] ?? connection;
}

function PosPort(props: { port: ScannersAnswer['posPorts'][number]; language: Language }) {
  const { port, language } = props;
  const facts: readonly (readonly [string, string])[] = [
    [SCANNERS.state[language], SCANNERS[port.state][language]],
    [SCANNERS.device[language], port.path],
    [SCANNERS.posSent[language], digits(port.sent)],
    [SCANNERS.posMissed[language], digits(port.dropped)],
    [SCANNERS.posCut[language], digits(port.cut)],
  ];
  return (
    <section class="card">
      <h2>
        {SCANNERS[port.kind === 'serial' ? 'posPort' : 'posSocket'][language]} {port.stationId}
      </h2>
      <FactList rows={facts} />
    </section>
  );
}

/** By reason, those that happened; 0 when none did. */
function droppedText(dropped: ScannerRow['dropped'], language: Language): string {
  const parts = Object.entries(DROPPED).flatMap(([reason, words]) => {
    const count = dropped[reason] ?? 0;
    return count === 0 ? [] : [say(words, language, { count: digits(count) })];
  });
  return parts.length === 0 ? digits(0) : parts.join(' · ');
}

function testText(scan: ScanTest, language: Language): string {
  const what = scan.ok
    ? SCANNERS.good[language]
    : scan.sheet !== null
      ? `${scan.sheet.ok ? '✓' : '▲'} ${scan.sheet.title[language]}: ${scan.sheet.text[language]}`
      : (diagnosisText(scan, language) ?? refusalText(scan.reason ?? '', {}, false).h[language]);
  return [what, say(SCANNERS.length, language, { count: scan.length }), scan.symbology ?? '']
    .filter((part) => part !== '')
    .join(' · ');
}

/** Sync: what is still owed to the issuer, and the switches of the worker. */
import { useState } from 'preact/hooks';
import type { SyncAnswer } from '../../web/api/terminal.ts';
import { clockTimeSeconds, digits, span, won } from '../text/format.ts';
import { lineReason } from '../text/line.ts';
import { BREAKER_STATES, NAV, SYNC, SYNC_STATES } from '../text/manager.ts';
import { STRIP } from '../text/strip.ts';
import { type Language, say } from '../text/words.ts';
import { managerPost, useAction, useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { PinField, TextField } from './fields.tsx';
import { FactList, LoadState, lineText } from './parts.tsx';
import { PaymentTable } from './payment-table.tsx';
import { Unread } from './unread.tsx';

type Command = 'pause' | 'resume' | 'claim';

export function Sync(props: PageProps) {
  const { language, live } = props;
  const loaded = useLoad<SyncAnswer>('sync', live.version, props.signedOut);
  const [command, setCommand] = useState<Command | null>(null);
  const action = useAction(language, props.signedOut);
  const sync = loaded.data;
  const now = async (): Promise<void> => {
    if ((await action.run(() => managerPost<SyncAnswer>('sync/now'))) !== null) loaded.reload();
  };
  return (
    <>
      <div class="title">
        <h1>{NAV.sync[language]}</h1>
        <span class="gap" />
        <button type="button" onClick={() => void now()} disabled={action.busy}>
          {SYNC.now[language]}
        </button>
        {switchesOf(sync).map((each) => (
          <button type="button" key={each} onClick={() => setCommand(each)}>
            {SYNC[each][language]}
          </button>
        ))}
        {sync?.recovering === true ? (
          <button type="button" class="primary" onClick={() => setCommand('claim')}>
            {SYNC.claim[language]}
          </button>
        ) : null}
      </div>
      <p class="fault" role="alert">
        {action.fault}
      </p>
      {command === null ? null : (
        <CommandForm
          {...props}
          key={command}
          command={command}
          done={() => {
            setCommand(null);
            loaded.reload();
          }}
        />
      )}
      <LoadState of={loaded} what={NAV.sync[language]} language={language} />
      {sync === null ? null : <Figures {...props} sync={sync} />}
    </>
  );
}

/** Also while an alarm holds back what can wait, customers' payments go out until a manager pauses. */
function switchesOf(sync: SyncAnswer | null): readonly ('pause' | 'resume')[] {
  if (sync === null || sync.pausedBy === null) return ['pause'];
  return sync.pausedBy === 'alarm' ? ['pause', 'resume'] : ['resume'];
}

/** What becomes of what waits; a terminal that is recovering sends no payment, with or without an alarm. */
export function deliveryText(
  { recovering, pausedBy, pauseReason }: Pick<SyncAnswer, 'recovering' | 'pausedBy' | 'pauseReason'>,
  language: Language,
): string {
  if (recovering && pausedBy !== 'manager') return `‖ ${lineReason('RECOVERING', language)}`;
  if (pausedBy === null) return SYNC.running[language];
  const words = pausedBy === 'alarm' ? SYNC.alarmed : SYNC.paused;
  return `‖ ${words[language]} · ${lineReason(pauseReason, language)}`;
}

function figures(
  sync: SyncAnswer,
  wallMs: number,
  language: Language,
): readonly (readonly [string, string])[] {
  const byState = Object.entries(sync.byState)
    .filter(([, { count }]) => count > 0)
    .map(([state, { count, sum }]): readonly [string, string] => [
      SYNC_STATES[state]?.[language] ?? state,
      `${digits(count)} · ${won(sum, language)}`,
    ]);
  const clock =
    sync.clockOffsetMs === null
      ? '–'
      : say(SYNC.seconds, language, { seconds: (sync.clockOffsetMs / 1_000).toFixed(1) });
  const confirmed = (sync.clockConfirmed ? SYNC.clockConfirmed : SYNC.clockUnsure)[language];
  return [
    [NAV.sync[language], deliveryText(sync, language)],
    ...byState,
    [SYNC.oldest[language], sync.oldestAtMs === null ? '–' : span(wallMs - sync.oldestAtMs)],
    [
      SYNC.lastAnswered[language],
      sync.lastAnsweredAtMs === null ? '–' : clockTimeSeconds(sync.lastAnsweredAtMs),
    ],
    ...nextTry(sync.line.nextTryMs, wallMs, language),
    [SYNC.breaker[language], breakerText(sync.breaker, language)],
    [SYNC.pace[language], paceText(sync.drainPerMinute, language)],
    [SYNC.clock[language], `${clock} · ${confirmed}`],
    [SYNC.epoch[language], sync.epoch === null ? '–' : String(sync.epoch)],
    [SYNC.issuerEpoch[language], sync.issuerEpoch ?? '–'],
  ];
}

function Figures(props: PageProps & { sync: SyncAnswer }) {
  const { sync, language, live } = props;
  return (
    <>
      <Unread rows={sync.unread} language={language} nowMs={live.wallMs} />
      {sync.pauseKept ? null : (
        <p class="fault" role="alert">
          ▲ {SYNC.notKept[language]}
        </p>
      )}
      <p class="line-state">{lineText(sync.line, language)}</p>
      <FactList rows={figures(sync, live.wallMs, language)} />
      <h2>{SYNC.due[language]}</h2>
      {sync.due.length === 0 ? (
        <p class="empty">{SYNC.none[language]}</p>
      ) : (
        <PaymentTable rows={sync.due} language={language} nowMs={live.wallMs} />
      )}
    </>
  );
}

/** When the line is tried again, while it is down or the issuer asked to be left alone. */
function nextTry(
  atMs: number | null,
  wallMs: number,
  language: Language,
): readonly (readonly [string, string])[] {
  if (atMs === null) return [];
  return [[SYNC.nextTry[language], atMs <= wallMs ? STRIP.tryingNow[language] : clockTimeSeconds(atMs)]];
}

function breakerText({ state, failures }: SyncAnswer['breaker'], language: Language): string {
  const words = BREAKER_STATES[state][language];
  if (failures === 0) return words;
  return `${words} · ${failures === 1 ? SYNC.oneFailure[language] : say(SYNC.failures, language, { count: failures })}`;
}

function paceText(perMinute: number | null, language: Language): string {
  if (perMinute === null) return '–';
  return perMinute <= 0 ? SYNC.noPace[language] : say(SYNC.perMinute, language, { count: digits(perMinute) });
}

const REASON_MIN = 3;
/** For a claim the issuer's lists of every unsealed day are read. */
const CLAIM_MS = 600_000;

function CommandForm(props: PageProps & { command: Command; done: () => void }) {
  const { command, language } = props;
  const [reason, setReason] = useState('');
  const [pin, setPin] = useState('');
  const action = useAction(language, props.signedOut);
  const needsReason = command !== 'resume';
  const send = async (): Promise<void> => {
    const body = needsReason ? { pin, reason: reason.trim() } : { pin };
    const timeoutMs = command === 'claim' ? CLAIM_MS : undefined;
    const answer = await action.run(() => managerPost<SyncAnswer>(`sync/${command}`, body, timeoutMs));
    setPin('');
    if (answer !== null) props.done();
  };
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {command === 'claim' ? <p>{SYNC.claimText[language]}</p> : null}
      {needsReason ? (
        <TextField label={SYNC.reason[language]} value={reason} change={setReason} lengthMax={200} />
      ) : null}
      <PinField label="PIN" value={pin} change={setPin} language={language} />
      <p class="fault" role="alert">
        {action.fault}
      </p>
      <button
        type="submit"
        class="primary"
        disabled={action.busy || pin.length < 4 || (needsReason && reason.trim().length < REASON_MIN)}
      >
        {SYNC[command][language]}
      </button>
    </form>
  );
}

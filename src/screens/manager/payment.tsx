/** One payment: its state, its whole timeline with hashes, its postings, and what may be done now. */
import { useState } from 'preact/hooks';
import type { Cash, Host } from '../../intent/model.ts';
import type { ReceiptAnswer } from '../../web/api/common.ts';
import type { PaymentAnswer, PaymentDetail, TimelineStep } from '../../web/api/payments.ts';
import { railLine } from '../cashier/sentence.ts';
import { CallRefused } from '../shared/http.ts';
import { Paper } from '../shared/paper.tsx';
import { DECISION_REASON_TEXT } from '../text/decisions.ts';
import { clockTimeMillis, clockTimeSeconds, dashedDate, date, maskedCard, won } from '../text/format.ts';
import { DETAIL, LIST, UNREAD } from '../text/manager.ts';
import { reasonText } from '../text/reasons.ts';
import {
  ACCOUNT_WORDS,
  answerClassWords,
  BY_WORDS,
  CASE_WORDS,
  cashPlace,
  EVENT_WORDS,
  NEXT_WORDS,
  stateWords,
} from '../text/states.ts';
import { type Language, say } from '../text/words.ts';
import { managerPost, useAction, useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { Decide } from './decide.tsx';
import { FactList, LoadState, ScrollingTable } from './parts.tsx';
import { typeWords } from './payment-table.tsx';
import { linkTo } from './route.ts';

export function Payment(props: PageProps) {
  const { language, live, route } = props;
  const id = route.id ?? '';
  const loaded = useLoad<PaymentDetail>(`payments/${encodeURIComponent(id)}`, live.version, props.signedOut);
  return (
    <>
      <div class="title">
        <a class="button" href={linkTo('payments')}>
          {DETAIL.back[language]}
        </a>
      </div>
      {isUnread(loaded.error) ? (
        <p class="alarm" role="alert">
          ▲ {UNREAD.none[language]} {UNREAD.todo[language]}
        </p>
      ) : (
        <LoadState of={loaded} what={DETAIL.title[language]} language={language} />
      )}
      {loaded.data === null ? null : <Detail {...props} payment={loaded.data} reload={loaded.reload} />}
    </>
  );
}

/** Neither its row nor its entries can be read: trying again does not help. */
function isUnread(error: unknown): boolean {
  return error instanceof CallRefused && error.detail.refusal === 'UNREAD';
}

interface DetailProps extends PageProps {
  readonly payment: PaymentDetail;
  readonly reload: () => void;
}

function Detail(props: DetailProps) {
  const { payment, language } = props;
  const broken = payment.steps.find(({ verified }) => !verified);
  return (
    <>
      <h1>{railLine({ ...payment, balance: null }, payment.face, language)}</h1>
      {broken === undefined ? null : (
        <p class="alarm broken" role="alert">
          ▲ {say(DETAIL.broken, language, { index: broken.index })}
        </p>
      )}
      {payment.unread ? (
        <p class="alarm" role="alert">
          ▲ {UNREAD.one[language]} {UNREAD.todo[language]}
        </p>
      ) : null}
      <Facts payment={payment} language={language} />
      {payment.decisions.length === 0 ? null : <Decide {...props} payment={payment} changed={props.reload} />}
      <Actions {...props} />
      <h2>{DETAIL.timeline[language]}</h2>
      <Timeline payment={payment} language={language} />
      <Postings payment={payment} language={language} />
      <p class="muted">{nextText(payment, language)}</p>
    </>
  );
}

export function nextText(payment: Pick<PaymentDetail, 'next'>, language: Language): string {
  if (payment.next === null) return DETAIL.nothingNext[language];
  const what = NEXT_WORDS[payment.next.what]?.[language] ?? payment.next.what;
  return say(DETAIL.next, language, { what, time: clockTimeSeconds(payment.next.atMs) });
}

function Facts(props: { payment: PaymentDetail; language: Language }) {
  const { payment, language } = props;
  const reasons = payment.cases.map((reason) => CASE_WORDS[reason][language]).join(', ');
  const code = payment.declineCode ?? payment.notProcessedCode;
  const rows: readonly (readonly [string, string])[] = [
    [LIST.type[language], typeWords(payment.type, language)],
    [LIST.amount[language], won(payment.amount, language)],
    [LIST.state[language], `${stateWords(payment, language)}${reasons === '' ? '' : ` · ${reasons}`}`],
    [DETAIL.cash[language], cashPlace(payment.cash, language)],
    [LIST.card[language], maskedCard(payment.bin, payment.last4)],
    [LIST.time[language], `${date(payment.scannedAtMs)} ${clockTimeSeconds(payment.scannedAtMs)}`],
    [LIST.reference[language], payment.reference],
    [DETAIL.number[language], payment.sequenceId],
    [LIST.approvalCode[language], payment.approvalCode ?? '–'],
    [DETAIL.nrNumber[language], payment.nrNumber ?? '–'],
    [LIST.station[language], payment.stationId],
    [LIST.cashier[language], payment.cashier ?? '–'],
    [LIST.day[language], dashedDate(payment.businessDate)],
    [DETAIL.version[language], String(payment.version)],
    [DETAIL.flags[language], flagsOf(payment, language)],
    [DETAIL.code[language], code === null ? '–' : `${code} ${reasonText(code)?.reason[language] ?? ''}`],
  ];
  return <FactList rows={rows} />;
}

/** What else holds of the payment, beside host and cash. */
function flagsOf(payment: PaymentDetail, language: Language): string {
  const flags = [
    payment.deferred ? LIST.later : null,
    payment.managerNeeded ? DETAIL.managerNeeded : null,
    payment.question === null ? null : DETAIL.question,
    payment.closedByRestart ? DETAIL.closedByRestart : null,
    payment.left ? DETAIL.left : null,
    payment.acknowledged ? DETAIL.acknowledged : DETAIL.notAcknowledged,
  ];
  return flags.flatMap((words) => (words === null ? [] : [words[language]])).join(' · ');
}

/** A decision's reason is a code of the list, alone or before the manager's own words. */
function reasonWords(reason: string, language: Language): string {
  const [code = '', ...note] = reason.split(': ');
  const listed = Object.hasOwn(DECISION_REASON_TEXT, code)
    ? DECISION_REASON_TEXT[code as keyof typeof DECISION_REASON_TEXT][language]
    : code;
  return [listed, ...note].join(': ');
}

/** The state after each step: a step that moved nothing leaves the one before. */
function statesAfter(payment: PaymentDetail, language: Language): readonly string[] {
  let host: Host = 'unsent';
  let cash: Cash = 'none';
  return payment.steps.map((step) => {
    host = step.host ?? host;
    cash = step.cash ?? cash;
    return stateWords({ type: payment.type, host, cash, deferred: false }, language);
  });
}

function stepNotes(step: TimelineStep, language: Language): string {
  return [
    step.reason === null ? null : reasonWords(step.reason, language),
    step.answerClass === null ? null : answerClassWords(step.answerClass)[language],
    step.attempt === null ? null : say(DETAIL.attempt, language, { count: step.attempt }),
    step.bytesWritten === null ? null : say(DETAIL.bytes, language, { count: step.bytesWritten }),
  ]
    .filter((part) => part !== null && part !== '')
    .join(' · ');
}

function Timeline(props: { payment: PaymentDetail; language: Language }) {
  const { payment, language } = props;
  const { steps } = payment;
  const states = statesAfter(payment, language);
  return (
    <ScrollingTable label={DETAIL.timeline[language]}>
      <table class="timeline">
        <thead>
          <tr>
            <th scope="col">{LIST.time[language]}</th>
            <th scope="col" class="number">
              {DETAIL.gap[language]}
            </th>
            <th scope="col">{DETAIL.by[language]}</th>
            <th scope="col">{DETAIL.what[language]}</th>
            <th scope="col">{DETAIL.code[language]}</th>
            <th scope="col">{DETAIL.after[language]}</th>
            <th scope="col">{DETAIL.entry[language]}</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step, place) => (
            <tr key={step.index} data-event={step.event}>
              <td>{clockTimeMillis(step.atMs)}</td>
              <td class="number">+{(step.gapMs / 1_000).toFixed(3)}</td>
              <td>
                {BY_WORDS[step.by][language]}
                {step.who === null ? '' : ` ${step.who}`}
              </td>
              <td>
                {EVENT_WORDS[step.event]?.[language] ?? step.event}
                <span class="muted"> {stepNotes(step, language)}</span>
              </td>
              <td>{step.code ?? ''}</td>
              <td>{states[place]}</td>
              <td class={step.verified ? 'mono' : 'mono fault'}>
                {step.index} {step.hash}{' '}
                <span title={step.verified ? DETAIL.verified[language] : ''}>
                  {step.verified ? '✓' : '▲'}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollingTable>
  );
}

function Postings(props: { payment: PaymentDetail; language: Language }) {
  const { payment, language } = props;
  const moved = payment.postings.filter(({ amount }) => amount !== 0);
  const sum = payment.postings.reduce((total, { amount }) => total + amount, 0);
  if (moved.length === 0) return <p class="muted">{DETAIL.noPostings[language]}</p>;
  return (
    <>
      <h2>{say(DETAIL.postings, language, { sum })}</h2>
      <dl class="facts">
        {moved.map(({ account, amount }) => (
          <div key={account}>
            <dt>{ACCOUNT_WORDS[account]?.[language] ?? account}</dt>
            <dd class="number">{`${amount > 0 ? '+' : ''}${won(amount, language)}`}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

const PAPER_COLUMNS = 42;

function Actions(props: DetailProps) {
  const { payment, language } = props;
  const [paper, setPaper] = useState<ReceiptAnswer | null>(null);
  const action = useAction(language, props.signedOut);
  const path = `payments/${encodeURIComponent(payment.sequenceId)}`;
  const ask = async (name: string): Promise<void> => {
    const answer = await action.run(() => managerPost<PaymentAnswer>(`${path}/${name}`));
    if (answer !== null) props.reload();
  };
  const print = async (): Promise<void> => {
    const answer = await action.run(() =>
      managerPost<ReceiptAnswer>(`${path}/receipt`, { language, columns: PAPER_COLUMNS }),
    );
    if (answer !== null) setPaper(answer);
  };
  return (
    <div class="actions">
      {payment.canInquire ? (
        <button type="button" onClick={() => void ask('inquire')} disabled={action.busy}>
          {DETAIL.inquire[language]}
        </button>
      ) : null}
      {payment.canNetCancelAgain ? (
        <button type="button" onClick={() => void ask('net-cancel')} disabled={action.busy}>
          {DETAIL.netCancel[language]}
        </button>
      ) : null}
      {payment.receipt === null ? null : (
        <button type="button" onClick={() => void print()} disabled={action.busy}>
          {DETAIL.receipt[language]}
        </button>
      )}
      <p class="fault" role="alert">
        {action.fault}
      </p>
      {paper === null ? null : <Paper lines={paper.lines} />}
    </div>
  );
}

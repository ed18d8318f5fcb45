/**
 * What the rail opens in the place of an idle face: a list of open matters, a paper, the search, the cashier's number.
 * A new sentence of the agent always takes the place back.
 */
import { useEffect, useState } from 'preact/hooks';
import type { RailItem, Snapshot } from '../../station/snapshot.ts';
import type { FindAnswer, PrintAnswer, ReceiptAnswer } from '../../web/api.ts';
import { Paper } from '../shared/paper.tsx';
import { clockTime } from '../text/format.ts';
import { KEY_CAPS } from '../text/keys.ts';
import { RAIL, WORDS } from '../text/rail.ts';
import { STRIP } from '../text/strip.ts';
import { type Language, say } from '../text/words.ts';
import type { Link } from './link.ts';
import { railLine } from './sentence.ts';
import { TextPad } from './text-pad.tsx';

export type RailList = 'payoutDue' | 'returnDue' | 'later' | 'cases';
export type OpenPanel =
  | { readonly kind: 'list'; readonly list: RailList }
  | { readonly kind: 'paper'; readonly sequenceId: string }
  | { readonly kind: 'find' }
  | { readonly kind: 'cashier' };

interface PanelProps {
  readonly open: OpenPanel;
  readonly link: Link;
  readonly snapshot: Snapshot;
  readonly language: Language;
  readonly close: () => void;
  readonly show: (panel: OpenPanel) => void;
}

function title(open: OpenPanel, language: Language): string {
  if (open.kind === 'list') return RAIL[open.list][language];
  if (open.kind === 'paper') return RAIL.receipt[language];
  return open.kind === 'find' ? RAIL.find[language] : STRIP.cashier[language];
}

export function Panel(props: PanelProps) {
  const { open, language } = props;
  return (
    <section class="face panel" data-look="page">
      <header>
        <h1>{title(open, language)}</h1>
        <button type="button" class="close" onClick={props.close} aria-keyshortcuts="F9">
          <span class="cap">{KEY_CAPS.CLOSE}</span>
          <span class="verb">{RAIL.close[language]}</span>
        </button>
      </header>
      {open.kind === 'list' ? <Items {...props} items={props.snapshot.rail[open.list]} /> : null}
      {open.kind === 'paper' ? <PaperPanel {...props} sequenceId={open.sequenceId} /> : null}
      {open.kind === 'find' ? <Find {...props} /> : null}
      {open.kind === 'cashier' ? <CashierNumber {...props} /> : null}
    </section>
  );
}

function Items(props: PanelProps & { items: readonly RailItem[] }) {
  const { language, items, link } = props;
  if (items.length === 0) return <p class="empty">{RAIL.empty[language]}</p>;
  return (
    <ul class="items">
      {items.map((item) => (
        <li key={item.sequenceId}>
          <span class="what">
            <b>{railLine(item, item.face, language)}</b>
            <span class="muted">
              {clockTime(item.scannedAtMs)} ·{' '}
              {item.type === 'CHARGE' ? WORDS.charge[language] : WORDS.refund[language]} ·{' '}
              {say(WORDS.cardEnding, language, { last4: item.last4 })} · {item.reference}
            </span>
          </span>
          <button type="button" class="chip" onClick={() => void link.press('OPEN', item)}>
            {RAIL.open[language]}
          </button>
        </li>
      ))}
    </ul>
  );
}

const PAPER_COLUMNS = 42;

/** What scrolls must be reachable without a pointer. */
function reachable(element: HTMLElement | null): void {
  if (element !== null) element.tabIndex = 0;
}

function PaperPanel(props: PanelProps & { sequenceId: string }) {
  const { link, language, sequenceId } = props;
  const [answer, setAnswer] = useState<ReceiptAnswer | 'failed' | null>(null);
  useEffect(() => {
    let gone = false;
    link
      .ask<ReceiptAnswer>('receipt', { sequenceId, language, columns: PAPER_COLUMNS })
      .then((given) => gone || setAnswer(given))
      .catch(() => gone || setAnswer('failed'));
    return () => {
      gone = true;
    };
  }, [link, sequenceId, language]);
  if (answer === null) return null;
  if (answer === 'failed') return <p class="empty">{RAIL.failed[language]}</p>;
  return (
    <>
      {props.snapshot.rail.printer === 'off' ? null : <Print {...props} />}
      <div class="papers" ref={reachable}>
        <Paper lines={answer.lines} />
        {answer.storeCopy === null ? null : (
          <Paper lines={answer.storeCopy} title={RAIL.storeCopy[language]} />
        )}
      </div>
    </>
  );
}

/** One paper per press; what the printer says later stands in the snapshot. */
function Print({ link, language, sequenceId, snapshot }: PanelProps & { sequenceId: string }) {
  const [sent, setSent] = useState<'no' | 'asking' | 'queued' | 'failed'>('no');
  const print = (): void => {
    setSent('asking');
    link
      .ask<PrintAnswer>('print', { sequenceId, language })
      .then(({ queued }) => setSent(queued ? 'queued' : 'failed'))
      .catch(() => setSent('failed'));
  };
  const isFailed = sent === 'failed' || snapshot.rail.printer === 'failed';
  return (
    <p class="print">
      <button type="button" class="chip" disabled={sent === 'asking'} onClick={print}>
        {RAIL.print[language]}
      </button>
      <span role="status">
        {isFailed ? RAIL.printerFailed[language] : sent === 'queued' ? RAIL.printing[language] : ''}
      </span>
    </p>
  );
}

function Find(props: PanelProps) {
  const { link, language } = props;
  const [answer, setAnswer] = useState<FindAnswer | 'failed' | null>(null);
  const search = (text: string): void => {
    link
      .ask<FindAnswer>('find', { text })
      .then(setAnswer)
      .catch(() => setAnswer('failed'));
  };
  if (answer === 'failed') return <p class="empty">{RAIL.failed[language]}</p>;
  if (answer !== null && answer.items.length > 0) return <Items {...props} items={answer.items} />;
  return (
    <>
      <p class="empty">{answer === null ? RAIL.findHint[language] : RAIL.nothingFound[language]}</p>
      <TextPad
        language={language}
        letters={true}
        lengthMax={9}
        enter={RAIL.findStart[language]}
        send={search}
      />
    </>
  );
}

function CashierNumber(props: PanelProps) {
  const { link, language, close } = props;
  const sign = (text: string): void => {
    link
      .ask<{ snapshot: Snapshot }>('cashier', { cashier: text === '' ? null : text })
      .then((answer) => {
        close();
        link.accept(answer.snapshot);
      })
      .catch(() => close());
  };
  return (
    <TextPad
      language={language}
      letters={false}
      lengthMax={12}
      enter={RAIL.cashierEnter[language]}
      send={sign}
    />
  );
}

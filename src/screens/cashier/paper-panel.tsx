/** One paper on the screen, with its printer where there is one. */
import { useEffect, useState } from 'preact/hooks';
import type { PrintAnswer } from '../../web/api/cashier.ts';
import type { ReceiptAnswer } from '../../web/api/common.ts';
import { CallRefused } from '../shared/http.ts';
import { Paper } from '../shared/paper.tsx';
import { RAIL } from '../text/rail.ts';
import type { OpenPaper, PanelProps } from './panels.ts';
import { TextPad } from './text-pad.tsx';

const PAPER_COLUMNS = 42;
const LAST4_LENGTH = 4;

type PaperProps = PanelProps & { readonly paper: OpenPaper };
type Shown = ReceiptAnswer | 'asking' | 'failed' | 'last4' | 'last4Wrong';

/** What scrolls must be reachable without a pointer. */
function reachable(element: HTMLElement | null): void {
  if (element !== null) element.tabIndex = 0;
}

export function PaperPanel(props: PaperProps) {
  const { link, language, paper } = props;
  const { sequenceId } = paper;
  const [last4, setLast4] = useState<string | null>(null);
  const [shown, setShown] = useState<Shown>('asking');
  useEffect(() => {
    let gone = false;
    const proof = last4 === null ? {} : { last4 };
    link
      .ask<ReceiptAnswer>('receipt', { sequenceId, language, columns: PAPER_COLUMNS, ...proof })
      .then((given) => gone || setShown(given))
      .catch((error: unknown) => {
        const asks = error instanceof CallRefused && error.detail.refusal === 'LAST4';
        if (!gone) setShown(asks ? (last4 === null ? 'last4' : 'last4Wrong') : 'failed');
      });
    return () => {
      gone = true;
    };
  }, [link, sequenceId, language, last4]);
  if (shown === 'asking') return null;
  if (shown === 'failed') return <p class="empty">{RAIL.failed[language]}</p>;
  if (shown === 'last4' || shown === 'last4Wrong') {
    return (
      <>
        <p class="empty" role="status">
          {(shown === 'last4' ? RAIL.last4 : RAIL.last4Wrong)[language]}
        </p>
        <TextPad
          key={last4}
          language={language}
          letters={false}
          lengthMin={LAST4_LENGTH}
          lengthMax={LAST4_LENGTH}
          enter={RAIL.last4Enter[language]}
          send={setLast4}
        />
      </>
    );
  }
  return (
    <>
      {props.snapshot.rail.printer === 'off' ? null : <Print {...props} last4={last4} />}
      <div class="papers" ref={reachable}>
        <Paper lines={shown.lines} />
        {shown.storeCopy === null ? null : <Paper lines={shown.storeCopy} title={RAIL.storeCopy[language]} />}
      </div>
    </>
  );
}

/** One paper per press; what the printer says later stands in the snapshot. */
function Print({ link, language, paper, snapshot, last4 }: PaperProps & { last4: string | null }) {
  const [sent, setSent] = useState<'no' | 'asking' | 'queued' | 'failed'>('no');
  const print = (): void => {
    setSent('asking');
    const proof = last4 === null ? {} : { last4 };
    link
      .ask<PrintAnswer>('print', { sequenceId: paper.sequenceId, language, ...proof })
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

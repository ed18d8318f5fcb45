import { useEffect, useState } from 'preact/hooks';
import type { HistoryRow } from './api.ts';
import { issuer } from './client.ts';
import { seoulTime, won } from './format.ts';
import { type Language, reasonText, TYPE_TEXTS } from './texts.ts';
import { useWords } from './words.ts';

/** The newest rows of one card; `turn` changes whenever it is worth asking again. */
export function History({ cardRef, turn }: { readonly cardRef: string; readonly turn: number }) {
  const { say } = useWords();
  const [rows, setRows] = useState<readonly HistoryRow[]>([]);
  useEffect(() => {
    let over = false;
    issuer.history(cardRef).then(
      (answer) => {
        if (!over) setRows(answer.rows);
      },
      () => {
        if (!over) setRows([]);
      },
    );
    return () => {
      over = true;
    };
  }, [cardRef, turn]);
  return (
    <section class="history" aria-label={say('history')}>
      <h2>{say('history')}</h2>
      {rows.length === 0 ? <p class="hint">{say('historyEmpty')}</p> : null}
      <ol>
        {rows.map((row) => (
          <Row key={row.barcodeRef} row={row} />
        ))}
      </ol>
    </section>
  );
}

function Row({ row }: { readonly row: HistoryRow }) {
  const { say, language } = useWords();
  const undone = row.state === 'reversed' || row.state === 'voided';
  const line = (
    <>
      <span class="history-type">{TYPE_TEXTS[row.type][language]}</span>
      <span class="history-amount">{signed(row, language)}</span>
    </>
  );
  return (
    <li class={row.state} data-state={row.state}>
      <span class="history-time">{seoulTime(row.atMs)}</span>
      {undone ? <s>{line}</s> : <span>{line}</span>}
      <span class="history-note">
        {undone && row.endedAtMs !== null ? say('undoneAt', { time: seoulTime(row.endedAtMs) }) : null}
        {row.state === 'declined'
          ? say('declinedFor', { reason: reasonText(row.declineCode, language) })
          : null}
        {row.state === 'deferred' ? say('laterCredit') : null}
      </span>
    </li>
  );
}

function signed(row: HistoryRow, language: Language): string {
  return (row.type === 'CHARGE' ? '+' : '−') + won(row.amount, language);
}

/** Open cases: what a person must decide, sorted by the agent: money owed to customers first, then age. */
import { useState } from 'preact/hooks';
import type { CasesAnswer } from '../../web/api/payments.ts';
import { span, won } from '../text/format.ts';
import { CASES, DETAIL, LIST, NAV } from '../text/manager.ts';
import { CASE_WORDS, cashPlace, stateWords } from '../text/states.ts';
import type { Language } from '../text/words.ts';
import { useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { Decide } from './decide.tsx';
import { FactList, LoadState } from './parts.tsx';
import { nextText } from './payment.tsx';
import { typeWords } from './payment-table.tsx';
import { linkTo } from './route.ts';

type CaseRow = CasesAnswer['rows'][number];

export function caseReasons(row: Pick<CaseRow, 'cases' | 'question'>, language: Language): string {
  const reasons = row.cases.map((reason) => CASE_WORDS[reason][language]);
  return [...reasons, ...(row.question === null ? [] : [CASES.question[language]])].join(', ');
}

export function Cases(props: PageProps) {
  const { language, live } = props;
  const [open, setOpen] = useState<string | null>(null);
  const loaded = useLoad<CasesAnswer>('cases', live.version, props.signedOut);
  const rows = loaded.data?.rows ?? [];
  return (
    <>
      <div class="title">
        <h1>{NAV.cases[language]}</h1>
      </div>
      <LoadState of={loaded} what={NAV.cases[language]} language={language} />
      {loaded.data !== null && rows.length === 0 ? <p class="empty">{CASES.none[language]}</p> : null}
      <ul class="cases">
        {rows.map((row) => (
          <li key={row.sequenceId} data-id={row.sequenceId}>
            <FactList
              rows={[
                [CASES.age[language], span(live.wallMs - row.scannedAtMs)],
                [CASES.reason[language], caseReasons(row, language)],
                [LIST.amount[language], `${typeWords(row.type, language)} ${won(row.amount, language)}`],
                [LIST.state[language], stateWords(row, language)],
                [DETAIL.cash[language], cashPlace(row.cash, language)],
                [CASES.automatic[language], nextText(row, language)],
              ]}
            />
            <div class="actions">
              <a href={linkTo('payment', {}, row.sequenceId)}>{row.reference}</a>
              <button
                type="button"
                aria-expanded={open === row.sequenceId}
                onClick={() => setOpen(open === row.sequenceId ? null : row.sequenceId)}
              >
                {DETAIL.decide[language]}
              </button>
            </div>
            {open === row.sequenceId ? (
              <Decide payment={row} language={language} changed={loaded.reload} signedOut={props.signedOut} />
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Today: is something wrong, and how much? */
import { useState } from 'preact/hooks';
import type { CountSum } from '../../web/api/common.ts';
import type { TodayAnswer } from '../../web/api/manager.ts';
import { clockTime, digits, span, won } from '../text/format.ts';
import { NAV, TODAY } from '../text/manager.ts';
import { type Language, say } from '../text/words.ts';
import { useLoad } from './calls.ts';
import { caseReasons } from './cases.tsx';
import { DayChart } from './chart.tsx';
import type { PageProps } from './context.ts';
import { LoadState, lineText, ScrollingTable } from './parts.tsx';
import { nextText } from './payment.tsx';
import { linkTo } from './route.ts';
import { Unread } from './unread.tsx';

export function Today(props: PageProps) {
  const { language, live } = props;
  const loaded = useLoad<TodayAnswer>('today', live.version, props.signedOut);
  const today = loaded.data;
  return (
    <>
      <div class="title">
        <h1>{NAV.today[language]}</h1>
      </div>
      <LoadState of={loaded} what={NAV.today[language]} language={language} />
      {today === null ? null : (
        <>
          <Unread rows={today.unread} language={language} nowMs={live.wallMs} />
          <Tiles {...props} today={today} />
          <Chart {...props} today={today} />
          <Oldest {...props} today={today} />
        </>
      )}
    </>
  );
}

type TodayProps = PageProps & { today: TodayAnswer };

function Tile(props: {
  name: string;
  of: CountSum | null;
  language: Language;
  note?: string;
  href?: string;
}) {
  const { of, language } = props;
  const owes = props.href !== undefined && of !== null && of.count > 0;
  return (
    <div class={`tile ${owes ? 'owes' : ''}`}>
      <dt>{props.href === undefined ? props.name : <a href={props.href}>{props.name}</a>}</dt>
      <dd>
        {of === null ? null : (
          <>
            <b>{won(of.sum, language)}</b>{' '}
            <span>{say(TODAY.count, language, { count: digits(of.count) })}</span>
          </>
        )}
        {props.note === undefined ? null : <span class="muted"> · {props.note}</span>}
      </dd>
    </div>
  );
}

function Tiles(props: TodayProps) {
  const { today, language, live } = props;
  const { later, reversing } = today;
  const age = (atMs: number | null): string => (atMs === null ? '–' : span(live.wallMs - atMs));
  return (
    <dl class="tiles">
      <Tile name={TODAY.chargesApproved[language]} of={today.chargesApproved} language={language} />
      <Tile name={TODAY.refundsApproved[language]} of={today.refundsApproved} language={language} />
      <Tile
        name={TODAY.reversedOrVoided[language]}
        of={today.reversedOrVoided}
        language={language}
        {...(reversing.count === 0
          ? {}
          : {
              note: say(TODAY.reversingNote, language, { ...reversing, oldest: age(reversing.oldestAtMs) }),
            })}
      />
      <Tile
        name={TODAY.later[language]}
        of={later}
        language={language}
        note={say(TODAY.laterNote, language, { limit: later.limit, oldest: age(later.oldestAtMs) })}
        href={linkTo('payments', { later: '1' })}
      />
      <Tile
        name={TODAY.payoutDue[language]}
        of={today.payoutDue}
        language={language}
        href={linkTo('payments', { group: 'owed', type: 'REFUND' })}
      />
      <Tile
        name={TODAY.returnDue[language]}
        of={today.returnDue}
        language={language}
        href={linkTo('payments', { group: 'owed', type: 'CHARGE' })}
      />
      <div class="tile">
        <dt>
          <a href={linkTo('day')}>{TODAY.expectedCash[language]}</a>
        </dt>
        <dd>
          {today.expectedCash === null ? (
            <span class="muted">‖ {TODAY.hidden[language]}</span>
          ) : (
            <b>{won(today.expectedCash, language)}</b>
          )}
        </dd>
      </div>
      <div class={`tile ${today.cases > 0 ? 'owes' : ''}`}>
        <dt>
          <a href={linkTo('cases')}>{TODAY.cases[language]}</a>
        </dt>
        <dd>
          <b>{digits(today.cases)}</b>
        </dd>
      </div>
      <div class="tile">
        <dt>{TODAY.line[language]}</dt>
        <dd>
          <b class="word">{lineText(today.line, language)}</b>{' '}
          <span class="muted">
            {say(TODAY.scanners, language, { ready: today.scannersReady, all: today.scanners })}
          </span>
        </dd>
      </div>
    </dl>
  );
}

function Chart(props: TodayProps) {
  const { today, language, theme } = props;
  const [table, setTable] = useState(false);
  const moved = today.hours.some((hour) => hour.charges + hour.refunds + hour.reversed > 0);
  if (!moved) {
    const scanners = say(TODAY.scanners, language, { ready: today.scannersReady, all: today.scanners });
    return <p class="empty">{say(TODAY.nothing, language, { scanners })}</p>;
  }
  return (
    <section class="chart">
      <div class="title">
        <h2>{TODAY.chart[language]}</h2>
        <span class="gap" />
        <button type="button" onClick={() => setTable(!table)}>
          {(table ? TODAY.asChart : TODAY.asTable)[language]}
        </button>
      </div>
      {table ? <HourTable today={today} language={language} /> : <DayChart {...{ today, language, theme }} />}
    </section>
  );
}

function HourTable(props: { today: TodayAnswer; language: Language }) {
  const { today, language } = props;
  return (
    <ScrollingTable label={TODAY.chart[language]}>
      <table>
        <thead>
          <tr>
            <th scope="col">{TODAY.hour[language]}</th>
            <th scope="col" class="number">
              {TODAY.charges[language]}
            </th>
            <th scope="col" class="number">
              {TODAY.refunds[language]}
            </th>
            <th scope="col" class="number">
              {TODAY.reversed[language]}
            </th>
          </tr>
        </thead>
        <tbody>
          {today.hours.map((hour) => (
            <tr key={hour.atMs}>
              <td>{clockTime(hour.atMs)}</td>
              <td class="number">{won(hour.charges, language)}</td>
              <td class="number">{won(hour.refunds, language)}</td>
              <td class="number">{won(hour.reversed, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollingTable>
  );
}

function Oldest(props: TodayProps) {
  const { today, language, live } = props;
  if (today.oldestCases.length === 0) return null;
  return (
    <section>
      <h2>{TODAY.oldest[language]}</h2>
      <ul class="oldest">
        {today.oldestCases.map((row) => (
          <li key={row.sequenceId}>
            <a href={linkTo('payment', {}, row.sequenceId)}>{row.reference}</a> {won(row.amount, language)} ·{' '}
            {caseReasons(row, language)} · {span(live.wallMs - row.scannedAtMs)}{' '}
            <span class="muted">{nextText(row, language)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

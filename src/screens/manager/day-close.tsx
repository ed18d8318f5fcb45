/** Step 3: what stays open, by name, and the close with the issuer. */
import type { DayAnswer, DayFigure } from '../../web/api/day.ts';
import {
  CLOSE,
  DAY,
  FIGURES,
  NOT_AGREED_WORDS,
  NOT_TAKEN,
  OBSTACLES,
  PHASES,
  RECONCILE,
} from '../text/day.ts';
import { clockTimeSeconds, dashedDate, digits, won } from '../text/format.ts';
import { type Language, say } from '../text/words.ts';
import { managerPost } from './calls.ts';
import type { StepProps } from './day.tsx';
import { Confirm } from './day-confirm.tsx';
import { ItemList, LONG_MS } from './day-parts.tsx';
import { unansweredText } from './day-unanswered.ts';
import { ScrollingTable } from './parts.tsx';

export function Close(props: StepProps) {
  const { day, language } = props;
  const isClosed = day.phase === 'agreed' || day.phase === 'wanted';
  return (
    <>
      {day.sealed === null && !isClosed ? <Carried {...props} /> : null}
      <Result {...props} />
      {isClosed ? null : <CloseForm {...props} />}
      {day.named.length === 0 ? null : (
        <>
          <h3>{CLOSE.named[language]}</h3>
          <ItemList items={day.named} language={language} />
        </>
      )}
    </>
  );
}

function Carried(props: StepProps) {
  const { day, language } = props;
  if (day.carried.count === 0) return <p>{CLOSE.none[language]}</p>;
  return (
    <>
      <p>{say(CLOSE.carry, language, { count: digits(day.carried.count), sum: day.carried.sum })}</p>
      <ItemList items={day.openItems} language={language} />
    </>
  );
}

function CloseForm(props: StepProps) {
  const { day, language } = props;
  if (day.obstacle !== null) return <p class="muted">‖ {OBSTACLES[day.obstacle][language]}</p>;
  return (
    <Confirm
      {...props}
      sentence={say(CLOSE.sentence, language, {
        day: dashedDate(day.date),
        charges: digits(day.charges.count),
        chargeSum: day.charges.sum,
        refunds: digits(day.refunds.count),
        refundSum: day.refunds.sum,
        difference: day.counts.at(-1)?.difference ?? 0,
      })}
      label={CLOSE.run[language]}
      running={CLOSE.running[language]}
      send={(pin) => managerPost('day/close', { date: day.date, version: day.version, pin }, LONG_MS)}
    >
      {day.date === day.openDate ? <p class="wide">{CLOSE.early[language]}</p> : null}
    </Confirm>
  );
}

function Result(props: StepProps) {
  const { day, language, live } = props;
  const { wanted, sealed, unanswered, answered } = day;
  if (wanted === null) return null;
  return (
    <div class={`result ${day.phase}`} role="status">
      <p class="result-word">
        {day.phase === 'agreed' ? '●' : '▲'} {PHASES[day.phase][language]}
      </p>
      <p>
        {day.phase === 'agreed' && sealed !== null
          ? say(CLOSE.agreed, language, { time: clockTimeSeconds(sealed.atMs), index: sealed.index })
          : null}
        {day.phase === 'notAgreed' ? notAgreed(day, language) : null}
        {day.phase === 'wanted'
          ? unanswered === null
            ? CLOSE.waiting[language]
            : unansweredText(unanswered.why, live.state?.line.nextTryMs ?? null, live.wallMs, language)
          : null}
      </p>
      <p class="muted">
        {say(CLOSE.wantedBy, language, { who: wanted.who, time: clockTimeSeconds(wanted.atMs) })}
        {answered?.code == null ? null : ` · ${say(CLOSE.code, language, { code: answered.code })}`}
      </p>
      {answered === null || day.phase === 'wanted' || !hasFigures(answered) ? null : (
        <Figures answered={answered} language={language} />
      )}
    </div>
  );
}

/** The terminal goes on by itself, the issuer's figures differ, or why there are none. */
function notAgreed({ answered, isMadeAnew }: DayAnswer, language: Language): string {
  if (isMadeAnew) return CLOSE.madeAnew[language];
  const code = answered?.code ?? null;
  if (answered === null || code === null || hasFigures(answered)) return CLOSE.notAgreed[language];
  const known = NOT_AGREED_WORDS[code];
  return known === undefined ? say(NOT_TAKEN, language, { code }) : known[language];
}

/** A refused close has only ours: beside nothing of the issuer's they would all seem to differ. */
function hasFigures({ theirs }: NonNullable<DayAnswer['answered']>): boolean {
  return theirs.length > 0;
}

function Figures(props: { answered: NonNullable<DayAnswer['answered']>; language: Language }) {
  const { answered, language } = props;
  const find = (list: readonly DayFigure[], key: string): DayFigure | undefined =>
    list.find(({ type, state }) => `${type} ${state}` === key);
  const text = (figure: DayFigure | undefined): string =>
    `${digits(figure?.count ?? 0)} · ${won(figure?.sum ?? 0, language)}`;
  const keys = Object.keys(FIGURES).filter(
    (key) => find(answered.ours, key) !== undefined || find(answered.theirs, key) !== undefined,
  );
  return (
    <ScrollingTable label={DAY.close[language]}>
      <table>
        <thead>
          <tr>
            <th scope="col">{CLOSE.figure[language]}</th>
            <th scope="col" class="number">
              {RECONCILE.ours[language]}
            </th>
            <th scope="col" class="number">
              {RECONCILE.theirs[language]}
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => {
            const ours = text(find(answered.ours, key));
            const theirs = text(find(answered.theirs, key));
            return (
              <tr key={key} class={ours === theirs ? '' : 'differs'}>
                <td>
                  {ours === theirs ? '' : '▲ '}
                  {FIGURES[key]?.[language]}
                </td>
                <td class="number">{ours}</td>
                <td class="number">{theirs}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </ScrollingTable>
  );
}

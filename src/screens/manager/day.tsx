/** The business day: do drawer, ledger and issuer agree? Four steps on one page, in any order until the close. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { DayAnswer, DayFigure } from '../../web/api/day.ts';
import { CallRefused } from '../shared/http.ts';
import { DAY, PHASES } from '../text/day.ts';
import { dashedDate, digits } from '../text/format.ts';
import { NAV } from '../text/manager.ts';
import { type Language, say } from '../text/words.ts';
import { useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { Close } from './day-close.tsx';
import { Count } from './day-count.tsx';
import { Reconcile } from './day-reconcile.tsx';
import { Report } from './day-report.tsx';
import { SelectField } from './fields.tsx';
import { LoadState } from './parts.tsx';
import { linkTo } from './route.ts';
import { Verify } from './verify.tsx';

/** What every step gets. `changed`: the agent gave a newer state. */
export interface StepProps extends PageProps {
  readonly day: DayAnswer;
  readonly changed: (day: DayAnswer) => void;
}

type Mark = 'done' | 'wrong' | 'open';
const MARKS = { done: '●', wrong: '▲', open: '‖' } as const;
const MARK_WORDS = { done: DAY.stepDone, wrong: DAY.stepWrong, open: DAY.stepOpen } as const;

export function Day(props: PageProps) {
  const { language, live, route } = props;
  const asked = (route.query.date ?? '').replaceAll('-', '');
  const path = asked === '' ? 'day' : `day?date=${asked}`;
  const loaded = useLoad<DayAnswer>(path, live.version, props.signedOut);
  const [newer, setNewer] = useState<DayAnswer | null>(null);
  const isNewer = newer !== null && newer.date === loaded.data?.date && newer.asOfMs >= loaded.data.asOfMs;
  const day = isNewer ? newer : loaded.data;
  const isNone = loaded.error instanceof CallRefused && loaded.error.code === 'NOT_FOUND';
  return (
    <>
      <div class="title">
        <h1>{NAV.day[language]}</h1>
        <span class="gap" />
        <Verify {...props} />
      </div>
      {isNone ? <p class="empty">{DAY.none[language]}</p> : null}
      {isNone ? null : <LoadState of={loaded} what={NAV.day[language]} language={language} />}
      {day === null || isNone ? null : <Steps {...props} key={day.date} day={day} changed={setNewer} />}
    </>
  );
}

function Steps(props: StepProps) {
  const { day, language } = props;
  return (
    <>
      <DayHead {...props} />
      <Listed {...props} />
      {day.late.length === 0 ? null : (
        <p class="alarm" role="alert">
          ▲ {say(DAY.late, language, { count: day.late.length })}
        </p>
      )}
      <Step number={1} title={DAY.count[language]} mark={countMark(day)} language={language}>
        <Count {...props} />
      </Step>
      <Step number={2} title={DAY.reconcile[language]} mark={reconcileMark(day)} language={language}>
        <Reconcile {...props} />
      </Step>
      <Step number={3} title={DAY.close[language]} mark={closeMark(day)} language={language}>
        <Close {...props} />
      </Step>
      <Step
        number={4}
        title={DAY.report[language]}
        mark={day.reports.length > 0 ? 'done' : 'open'}
        language={language}
      >
        <Report {...props} />
      </Step>
    </>
  );
}

/** A day that this ledger lost, or a part of it: what to do with it, until it is closed. */
function Listed(props: StepProps) {
  const { day, language } = props;
  if (day.listed === null || day.sealed !== null) return null;
  const sumOf = (type: DayFigure['type']): DayFigure | undefined =>
    day.listed?.totals.find((total) => total.type === type && total.state === 'APPROVED');
  const [charges, refunds] = [sumOf('CHARGE'), sumOf('REFUND')];
  return (
    <p class="alarm" role="status" data-listed>
      ▲{' '}
      {say(day.date === day.openDate ? DAY.listedOpen : DAY.listed, language, {
        charges: digits(charges?.count ?? 0),
        chargeSum: charges?.sum ?? 0,
        refunds: digits(refunds?.count ?? 0),
        refundSum: refunds?.sum ?? 0,
      })}
    </p>
  );
}

function DayHead(props: StepProps) {
  const { day, language } = props;
  const options = day.days.some(({ date }) => date === day.date)
    ? day.days
    : [{ date: day.date, phase: day.phase }, ...day.days];
  const hour = day.cutOverHour;
  return (
    <div class="day-head">
      <SelectField
        label={DAY.choose[language]}
        value={day.date}
        change={(date) => {
          location.hash = linkTo('day', { date });
        }}
        options={options.map(({ date, phase }) => ({
          value: date,
          text: `${date === day.openDate ? say(DAY.openMark, language, { day: dashedDate(date) }) : dashedDate(date)}${phase === 'open' ? '' : ` · ${PHASES[phase][language]}`}`,
        }))}
      />
      <p class={`phase ${day.phase}`}>
        {PHASE_MARKS[day.phase]} {PHASES[day.phase][language]}
      </p>
      {hour === null ? null : (
        <p class="muted">
          {hour === 0 ? DAY.cutOverMidnight[language] : say(DAY.cutOver, language, { hour })}
        </p>
      )}
    </div>
  );
}

const PHASE_MARKS = { open: '‖', wanted: '▲', notAgreed: '▲', agreed: '●' } as const;

function Step(props: {
  number: number;
  title: string;
  mark: Mark;
  language: Language;
  children: ComponentChildren;
}) {
  const { number, title, mark, language } = props;
  return (
    <section class="step" aria-label={title} data-step={number}>
      <div class="title">
        <h2>
          {number}. {title}
        </h2>
        <span class={`mark ${mark}`}>
          {MARKS[mark]} {MARK_WORDS[mark][language]}
        </span>
      </div>
      {props.children}
    </section>
  );
}

function countMark(day: DayAnswer): Mark {
  const last = day.counts.at(-1);
  if (last === undefined) return 'open';
  return last.difference !== 0 && day.explained === null ? 'wrong' : 'done';
}

/** Items of a comparison that do not explain themselves. */
export function differing(day: DayAnswer): number {
  const categories = day.reconciled?.categories;
  if (categories === undefined) return 0;
  return Object.entries(categories).reduce(
    (sum, [name, { count }]) => sum + (name === 'matched' || name === 'notYetSent' ? 0 : count),
    0,
  );
}

function reconcileMark(day: DayAnswer): Mark {
  if (day.reconciled === null) return 'open';
  const isWrong = day.reconciled.rules.some(({ ok }) => !ok);
  return differing(day) > 0 || isWrong ? 'wrong' : 'done';
}

function closeMark(day: DayAnswer): Mark {
  if (day.phase === 'agreed') return day.late.length > 0 ? 'wrong' : 'done';
  return day.phase === 'open' ? 'open' : 'wrong';
}

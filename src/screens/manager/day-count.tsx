/** Step 1: the drawer is counted blind; what should be there is shown only afterwards. */
import { useState } from 'preact/hooks';
import type { DayAnswer, DayCount } from '../../web/api/day.ts';
import { COUNT } from '../text/day.ts';
import { DECISION_REASON_TEXT } from '../text/decisions.ts';
import { clockTimeSeconds, won } from '../text/format.ts';
import { say } from '../text/words.ts';
import { managerPost, useAction } from './calls.ts';
import type { StepProps } from './day.tsx';
import { ReasonConfirm } from './day-confirm.tsx';
import { dayFault, signedWon } from './day-parts.tsx';
import { SelectField, TextField } from './fields.tsx';
import { ScrollingTable } from './parts.tsx';

const DENOMINATIONS = [50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10] as const;
/** Below it are coins. */
const NOTES_FROM = 1_000;
const COUNTS_MAX = 2;

export function Count(props: StepProps) {
  const { day, language } = props;
  const [again, setAgain] = useState(false);
  const isOpen = day.sealed === null && day.phase !== 'wanted';
  const canCount = isOpen && day.counts.length < COUNTS_MAX;
  const last = day.counts.at(-1);
  const isForm = canCount && (day.counts.length === 0 || again);
  const needsReason = isOpen && last !== undefined && last.difference !== 0 && day.explained === null;
  return (
    <>
      {day.counts.length === 0 ? null : <Counts {...props} />}
      {day.explained === null ? null : (
        <p>
          {say(COUNT.explained, language, {
            reason: `${DECISION_REASON_TEXT[day.explained.reason][language]}${day.explained.note === '' ? '' : `, ${day.explained.note}`}`,
            who: day.explained.who,
          })}
        </p>
      )}
      {isForm ? <CountForm {...props} counted={() => setAgain(false)} /> : null}
      {needsReason && !isForm ? <Explain {...props} count={last} /> : null}
      {canCount && !isForm ? (
        <div class="actions">
          <button type="button" onClick={() => setAgain(true)}>
            {COUNT.again[language]}
          </button>
          <span class="muted">{COUNT.onceMore[language]}</span>
        </div>
      ) : null}
    </>
  );
}

function Counts(props: StepProps) {
  const { day, language } = props;
  return (
    <ScrollingTable label={COUNT.sum[language]}>
      <table>
        <thead>
          <tr>
            <th scope="col" />
            <th scope="col">{COUNT.who[language]}</th>
            <th scope="col" class="number">
              {COUNT.sum[language]}
            </th>
            <th scope="col" class="number">
              {COUNT.safe[language]}
            </th>
            <th scope="col" class="number">
              {COUNT.float[language]}
            </th>
            <th scope="col" class="number">
              {COUNT.expected[language]}
            </th>
            <th scope="col" class="number">
              {COUNT.difference[language]}
            </th>
          </tr>
        </thead>
        <tbody>
          {day.counts.map((count, place) => (
            <tr key={count.atMs}>
              <td>{(place === 0 ? COUNT.first : COUNT.second)[language]}</td>
              <td>
                {count.who} {clockTimeSeconds(count.atMs)}
              </td>
              <td class="number">{won(count.counted, language)}</td>
              <td class="number">{won(count.safe, language)}</td>
              <td class="number">{won(count.float, language)}</td>
              <td class="number">{won(count.expected, language)}</td>
              <td class="number">
                <b class={count.difference === 0 ? 'good' : 'warning'}>
                  {count.difference === 0 ? '● ' : '▲ '}
                  {signedWon(count.difference, language)}
                </b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollingTable>
  );
}

type Fields = Readonly<Record<string, string>>;

function CountForm(props: StepProps & { counted: () => void }) {
  const { day, language } = props;
  const [mode, setMode] = useState<DayCount['mode']>('separate');
  const [fields, setFields] = useState<Fields>({});
  const action = useAction(language, props.signedOut);
  const entered = (name: string): number => Number(fields[name] ?? 0);
  const sum = DENOMINATIONS.reduce((total, value) => total + value * entered(String(value)), 0);
  const set = (name: string, text: string): void =>
    setFields({ ...fields, [name]: text.replace(/\D/g, '').slice(0, 9) });
  const field = (name: string, label: string) => (
    <TextField
      key={name}
      label={label}
      value={fields[name] ?? ''}
      change={(text) => set(name, text)}
      lengthMax={9}
      numeric
    />
  );
  const enter = async (): Promise<void> => {
    const pieces = Object.fromEntries(DENOMINATIONS.map((value) => [String(value), entered(String(value))]));
    const answer = await action.run(() =>
      managerPost<DayAnswer>('day/count', {
        date: day.date,
        version: day.version,
        mode,
        pieces,
        safe: entered('safe'),
        float: entered('float'),
        posExpected: mode === 'drawer' ? entered('posExpected') : 0,
      }),
    );
    if (answer === null) return;
    props.changed(answer);
    props.counted();
  };
  return (
    <form
      class="count-form"
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <p>{COUNT.blind[language]}</p>
      <div class="count-fields">
        <SelectField
          label={COUNT.mode[language]}
          value={mode}
          change={(value) => setMode(value === 'drawer' ? 'drawer' : 'separate')}
          options={(['separate', 'drawer'] as const).map((value) => ({
            value,
            text: COUNT[value][language],
          }))}
        />
        {mode === 'drawer' ? field('posExpected', COUNT.posExpected[language]) : null}
        {field('safe', COUNT.safe[language])}
        {field('float', COUNT.float[language])}
      </div>
      <div class="count-fields pieces">
        {DENOMINATIONS.map((value) =>
          field(String(value), say(value < NOTES_FROM ? COUNT.coins : COUNT.notes, language, { value })),
        )}
      </div>
      <div class="actions">
        <p class="count-sum">
          {COUNT.sum[language]} <b>{won(sum, language)}</b>
        </p>
        <button type="submit" class="primary" disabled={action.busy}>
          {COUNT.enter[language]}
        </button>
      </div>
      <p class="fault" role="alert">
        {dayFault(action.error, language)}
      </p>
    </form>
  );
}

function Explain(props: StepProps & { count: DayCount }) {
  const { day, language, count } = props;
  const sentence = count.mode === 'separate' ? COUNT.explain : COUNT.explainDrawer;
  return (
    <ReasonConfirm
      {...props}
      sentence={say(sentence, language, { difference: count.difference })}
      label={COUNT.write[language]}
      send={(given) => managerPost('day/explain', { date: day.date, version: day.version, ...given })}
    />
  );
}

/** Step 2: this ledger against the issuer's list, item by item, and the nine closing rules. */
import { useState } from 'preact/hooks';
import type { DayAnswer, DayCategory, DayDifference, DayReconciled, DayRule } from '../../web/api/day.ts';
import { CATEGORY_WORDS, FIGURES, MISSING, RECONCILE, RULE_WORDS } from '../text/day.ts';
import { clockTimeSeconds, dashedDate, digits, maskedCard, won } from '../text/format.ts';
import { LIST } from '../text/manager.ts';
import { stateWords } from '../text/states.ts';
import { type Language, say, type Words } from '../text/words.ts';
import { managerPost, useAction } from './calls.ts';
import type { StepProps } from './day.tsx';
import { isOffered, MissingForm, MissingVouchers } from './day-missing.tsx';
import { dayFault, LONG_MS } from './day-parts.tsx';
import { ScrollingTable } from './parts.tsx';
import { typeWords } from './payment-table.tsx';
import { linkTo } from './route.ts';

const ORDER = Object.keys(CATEGORY_WORDS) as readonly DayCategory[];

/** So many of the newest days, the open one among them, does the terminal compare by itself. */
const BY_ITSELF = 7;

/** Who compares a day that never was: older ones, and those that this ledger holds nothing of, are for a person. */
export function neverCompared({
  date,
  openDate,
  days,
}: Pick<DayAnswer, 'date' | 'openDate' | 'days'>): Words {
  const isByItself = days.slice(0, BY_ITSELF).some((day) => day.date === date);
  return isByItself || date === openDate ? RECONCILE.never : RECONCILE.neverByItself;
}

export function Reconcile(props: StepProps) {
  const { day, language } = props;
  const { reconciled } = day;
  const action = useAction(language, props.signedOut);
  const run = async (): Promise<void> => {
    const answer = await action.run(() =>
      managerPost<DayAnswer>('day/reconcile', { date: day.date }, LONG_MS),
    );
    if (answer !== null) props.changed(answer);
  };
  return (
    <>
      <div class="actions">
        <button type="button" onClick={() => void run()} disabled={action.busy}>
          {RECONCILE.run[language]}
        </button>
        <span class="muted" role="status">
          {action.busy
            ? RECONCILE.running[language]
            : reconciled === null
              ? neverCompared(day)[language]
              : null}
          {action.busy || reconciled === null ? null : (
            <>
              {say(RECONCILE.asOf, language, {
                time: clockTimeSeconds(reconciled.atMs),
                who: reconciled.who ?? RECONCILE.terminal[language],
              })}{' '}
              <b class={reconciled.final ? '' : 'warning'}>
                {reconciled.final ? `● ${RECONCILE.final[language]}` : `▲ ${RECONCILE.notFinal[language]}`}
              </b>
            </>
          )}
        </span>
      </div>
      <p class="fault" role="alert">
        {dayFault(action.error, language)}
      </p>
      {reconciled === null ? null : <Categories {...props} reconciled={reconciled} />}
      <MissingVouchers {...props} />
      {reconciled === null ? null : <Rules rules={reconciled.rules} language={language} />}
    </>
  );
}

interface FoundProps extends StepProps {
  readonly reconciled: DayReconciled;
}

function Categories(props: FoundProps) {
  const { reconciled, language } = props;
  const [shown, setShown] = useState<DayCategory | null>(null);
  return (
    <ScrollingTable label={RECONCILE.category[language]}>
      <table class="categories">
        <thead>
          <tr>
            <th scope="col">{RECONCILE.category[language]}</th>
            <th scope="col" class="number">
              {RECONCILE.number[language]}
            </th>
            <th scope="col" class="number">
              {RECONCILE.difference[language]}
            </th>
            <th scope="col" class="number">
              {RECONCILE.ours[language]}
            </th>
            <th scope="col" class="number">
              {RECONCILE.theirs[language]}
            </th>
            <th scope="col">{RECONCILE.show[language]}</th>
          </tr>
        </thead>
        <tbody>
          {ORDER.map((category) => (
            <CategoryRow
              key={category}
              {...props}
              category={category}
              isShown={shown === category}
              toggle={() => setShown(shown === category ? null : category)}
            />
          ))}
        </tbody>
      </table>
      {shown === null ? null : <Differences {...props} category={shown} reconciled={reconciled} />}
    </ScrollingTable>
  );
}

function CategoryRow(props: FoundProps & { category: DayCategory; isShown: boolean; toggle: () => void }) {
  const { reconciled, language, category, isShown } = props;
  const { count, ours, theirs } = reconciled.categories[category];
  const isFine = category === 'matched' || category === 'notYetSent' || count === 0;
  return (
    <tr data-category={category} class={isFine ? '' : 'differs'}>
      <td>
        {isFine ? (count === 0 ? '' : '● ') : '▲ '}
        {CATEGORY_WORDS[category][language]}
      </td>
      <td class="number">{digits(count)}</td>
      <td class="number">{won(ours.sum - theirs.sum, language)}</td>
      <td class="number">{won(ours.sum, language)}</td>
      <td class="number">{won(theirs.sum, language)}</td>
      <td>
        {category === 'matched' || count === 0 ? null : (
          <button type="button" aria-expanded={isShown} onClick={props.toggle}>
            {(isShown ? RECONCILE.hide : RECONCILE.show)[language]}
          </button>
        )}
      </td>
    </tr>
  );
}

function ourSide({ ours }: DayDifference, language: Language): string {
  if (ours === null) return RECONCILE.nothing[language];
  const state = stateWords({ ...ours, deferred: false }, language);
  return `${typeWords(ours.type, language)} ${won(ours.amount, language)} · ${state}`;
}

function theirSide({ theirs }: DayDifference, language: Language): string {
  if (theirs === null) return RECONCILE.nothing[language];
  const what = FIGURES[`${theirs.type} ${theirs.state}`]?.[language] ?? theirs.state;
  return `${what} ${won(theirs.amount, language)} · ${dashedDate(theirs.businessDate)} · ${theirs.approvalCode}`;
}

function Differences(props: FoundProps & { category: DayCategory }) {
  const { reconciled, language, category } = props;
  const [chosen, setChosen] = useState<string | null>(null);
  const listed = reconciled.differences.filter((each) => each.category === category);
  const left = reconciled.categories[category].count - listed.length;
  const item = listed.find((each) => each.sequenceId === chosen && isOffered(props, each));
  return (
    <>
      <table class="differences">
        <caption>{CATEGORY_WORDS[category][language]}</caption>
        <thead>
          <tr>
            <th scope="col">{LIST.reference[language]}</th>
            <th scope="col">{RECONCILE.here[language]}</th>
            <th scope="col">{RECONCILE.there[language]}</th>
            <th scope="col">{LIST.card[language]}</th>
          </tr>
        </thead>
        <tbody>
          {listed.map((each, place) => (
            <tr key={`${each.sequenceId} ${place}`} data-id={each.sequenceId}>
              <td>
                {each.isKnown ? (
                  <a href={linkTo('payment', {}, each.sequenceId)}>{each.reference}</a>
                ) : (
                  each.reference
                )}
                {isOffered(props, each) ? (
                  <button
                    type="button"
                    aria-expanded={item === each}
                    onClick={() => setChosen(item === each ? null : each.sequenceId)}
                  >
                    {MISSING.take[language]}
                  </button>
                ) : null}
              </td>
              <td>{ourSide(each, language)}</td>
              <td>{theirSide(each, language)}</td>
              <td>{each.theirs === null ? '–' : maskedCard(each.theirs.bin, each.theirs.last4)}</td>
            </tr>
          ))}
          {left <= 0 ? null : (
            <tr>
              <td colSpan={4}>{say(RECONCILE.more, language, { count: digits(left) })}</td>
            </tr>
          )}
        </tbody>
      </table>
      {item === undefined ? null : <MissingForm {...props} key={item.sequenceId} item={item} />}
    </>
  );
}

function Rules(props: { rules: readonly DayRule[]; language: Language }) {
  const { rules, language } = props;
  return (
    <>
      <h3>{RECONCILE.rules[language]}</h3>
      <ol class="rules">
        {rules.map((rule) => (
          <li key={rule.rule} data-rule={rule.rule} class={rule.ok ? '' : 'fault'}>
            {rule.rule}.{' '}
            <span class={rule.ok ? 'good' : 'fault'}>
              {rule.ok ? `✓ ${RECONCILE.holds[language]}` : `▲ ${RECONCILE.fails[language]}`}
            </span>{' '}
            {RULE_WORDS[rule.rule - 1]?.[language]}
            {rule.amount === null || rule.amount === 0 ? null : <b> {won(rule.amount, language)}</b>}
            <RuleItems rule={rule} language={language} />
          </li>
        ))}
      </ol>
    </>
  );
}

const RULE_ITEMS_SHOWN = 5;

function RuleItems(props: { rule: DayRule; language: Language }) {
  const { rule, language } = props;
  if (rule.items.length === 0) return null;
  return (
    <span class="muted">
      {' '}
      {say(RECONCILE.items, language, { count: rule.items.length })}{' '}
      {rule.items.slice(0, RULE_ITEMS_SHOWN).map((id) =>
        id.startsWith('#') || id === '' ? (
          <span key={id}>{id} </span>
        ) : (
          <a key={id} href={linkTo('payment', {}, id)}>
            {id.slice(-8, -4)}-{id.slice(-4)}{' '}
          </a>
        ),
      )}
    </span>
  );
}

/** The payments list: filters in the address, one search field, keyset paging, rows that never move under the reader. */
import { useEffect, useState } from 'preact/hooks';
import type { PaymentsAnswer } from '../../web/api/payments.ts';
import { LIST, NAV } from '../text/manager.ts';
import { type Language, say } from '../text/words.ts';
import { API, managerPost, useAction, useLoad } from './calls.ts';
import type { PageProps } from './context.ts';
import { PinField, SelectField, TextField } from './fields.tsx';
import { type News, useHeldList } from './held-list.ts';
import { LoadState } from './parts.tsx';
import { PaymentTable } from './payment-table.tsx';
import { linkTo } from './route.ts';
import { Unread } from './unread.tsx';
import { Verify } from './verify.tsx';

const FILTERS = [
  'from',
  'to',
  'type',
  'group',
  'later',
  'station',
  'cashier',
  'amountFrom',
  'amountTo',
  'text',
] as const;
type Filter = (typeof FILTERS)[number];
type Filters = Readonly<Record<Filter, string>>;

const CARD_NUMBER = /^\d{16}$/;
const SEARCH_DELAY_MS = 250;
/** Characters of a cashier's number. */
const CASHIER_MAX = 12;

function filtersOf(query: Readonly<Record<string, string>>): Filters {
  return Object.fromEntries(FILTERS.map((name) => [name, query[name] ?? ''])) as Filters;
}

/** What the agent is asked: dates without hyphens, only what is set. */
function askedOf(query: Readonly<Record<string, string>>): string {
  const asked = new URLSearchParams({ limit: '50' });
  for (const name of [...FILTERS, 'before', 'after'] as const) {
    const value = query[name] ?? '';
    if (value !== '') asked.set(name, name === 'from' || name === 'to' ? value.replaceAll('-', '') : value);
  }
  return asked.toString();
}

function go(query: Readonly<Record<string, string>>): void {
  location.hash = linkTo('payments', query);
}

export function Payments(props: PageProps) {
  const { language, live, route } = props;
  const filters = filtersOf(route.query);
  const isNewest = (route.query.before ?? '') === '' && (route.query.after ?? '') === '';
  const asked = askedOf(route.query);
  const [cardNumber, setCardNumber] = useState<string | null>(null);
  const [byCard, setByCard] = useState<PaymentsAnswer | null>(null);
  // Only an entry of the journal can change a row.
  const version = live.state === null ? '' : `${live.state.run}.${live.state.journalIndex}`;
  const loaded = useLoad<PaymentsAnswer>(`payments?${asked}`, version, props.signedOut);
  const list = useHeldList(loaded);
  const set = (part: Partial<Filters>): void => {
    setByCard(null);
    go({ ...filters, ...part });
  };
  const answer = byCard ?? list.answer;
  return (
    <>
      <div class="title">
        <h1>{NAV.payments[language]}</h1>
        <span class="gap" />
        <a class="button" href={`${API}/export.csv?${asked}`} download>
          {LIST.export[language]}
        </a>
        <a class="button" href={`${API}/export.xlsx?${asked}`} download>
          {LIST.exportExcel[language]}
        </a>
        <Verify {...props} />
      </div>
      <FilterBar {...props} filters={filters} set={set} card={setCardNumber} />
      {cardNumber === null ? null : (
        <CardSearch
          {...props}
          cardNumber={cardNumber}
          found={(rows) => {
            setCardNumber(null);
            setByCard(rows);
          }}
        />
      )}
      <LoadState of={loaded} what={NAV.payments[language]} language={language} />
      <Unread rows={(byCard ?? loaded.data)?.unread ?? []} language={language} nowMs={live.wallMs} />
      {answer !== null && answer.rows.length === 0 ? (
        <p class="empty">
          {(answer.older === null ? LIST.none : LIST.noneSoFar)[language]}{' '}
          <a class="button" href={linkTo('payments')}>
            {LIST.clear[language]}
          </a>
        </p>
      ) : null}
      {answer !== null && answer.rows.length > 0 ? (
        <PaymentTable rows={answer.rows} language={language} nowMs={live.wallMs} />
      ) : null}
      {byCard === null && isNewest ? <NewsBar {...list} language={language} /> : null}
      <Pager {...props} filters={filters} answer={byCard === null ? list.answer : null} isNewest={isNewest} />
    </>
  );
}

/** Has its place also while there is nothing new: it moves no row either, and a screen reader hears it fill. */
function NewsBar(props: { news: News; show: () => void; language: Language }) {
  const { news, language } = props;
  const words = news.isMore ? LIST.moreNewRows : news.count === 1 ? LIST.newRow : LIST.newRows;
  const show = (): void => {
    props.show();
    window.scrollTo(0, 0);
  };
  return (
    <div class="news" role="status">
      {news.count === 0 ? null : (
        <button type="button" class="primary" onClick={show}>
          {say(words, language, { count: news.count })}
        </button>
      )}
    </div>
  );
}

function Pager(props: PageProps & { filters: Filters; answer: PaymentsAnswer | null; isNewest: boolean }) {
  const { language, filters, answer, isNewest } = props;
  if (answer === null) return null;
  return (
    <div class="pager">
      {isNewest ? null : (
        <a class="button" href={linkTo('payments', filters)}>
          {LIST.newest[language]}
        </a>
      )}
      {answer.newer === null || isNewest ? null : (
        <a class="button" href={linkTo('payments', { ...filters, after: answer.newer })}>
          {LIST.newer[language]}
        </a>
      )}
      {answer.older === null ? null : (
        <a class="button" href={linkTo('payments', { ...filters, before: answer.older })}>
          {LIST.older[language]}
        </a>
      )}
    </div>
  );
}

interface FilterProps extends PageProps {
  readonly filters: Filters;
  readonly set: (part: Partial<Filters>) => void;
  readonly card: (cardNumber: string) => void;
}

function FilterBar(props: FilterProps) {
  const { language, filters, set } = props;
  const all = { value: '', text: LIST.all[language] };
  const groups = (['ended', 'running', 'owed', 'case'] as const).map((value) => ({
    value,
    text: LIST[value][language],
  }));
  return (
    <div class="filters">
      <Search {...props} />
      <DateField label={LIST.from[language]} value={filters.from} change={(from) => set({ from })} />
      <DateField label={LIST.to[language]} value={filters.to} change={(to) => set({ to })} />
      <SelectField
        label={LIST.type[language]}
        value={filters.type}
        change={(type) => set({ type })}
        options={[
          all,
          { value: 'CHARGE', text: LIST.charge[language] },
          { value: 'REFUND', text: LIST.refund[language] },
        ]}
      />
      <SelectField
        label={LIST.group[language]}
        value={filters.group}
        change={(group) => set({ group })}
        options={[all, ...groups]}
      />
      <SelectField
        label={LIST.later[language]}
        value={filters.later}
        change={(later) => set({ later })}
        options={[all, { value: '1', text: LIST.later[language] }]}
      />
      <Settled
        label={LIST.station[language]}
        value={filters.station}
        change={(station) => set({ station })}
      />
      <Settled
        label={LIST.cashier[language]}
        value={filters.cashier}
        change={(cashier) => set({ cashier: cashier.replace(/[^0-9A-Za-z]/g, '').slice(0, CASHIER_MAX) })}
      />
      <Settled
        label={LIST.amountFrom[language]}
        value={filters.amountFrom}
        change={(amountFrom) => set({ amountFrom: amountFrom.replace(/\D/g, '') })}
      />
      <Settled
        label={LIST.amountTo[language]}
        value={filters.amountTo}
        change={(amountTo) => set({ amountTo: amountTo.replace(/\D/g, '') })}
      />
      <a class="button" href={linkTo('payments')}>
        {LIST.clear[language]}
      </a>
    </div>
  );
}

/** A short text filter that acts when typing has settled. */
function Settled(props: { label: string; value: string; change: (value: string) => void }) {
  const [text, setText] = useState(props.value);
  const [known, setKnown] = useState(props.value);
  if (known !== props.value) {
    setKnown(props.value);
    setText(props.value);
  }
  const { value, change } = props;
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => change(text), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [text, value, change]);
  return <TextField label={props.label} value={text} change={setText} lengthMax={20} />;
}

function DateField(props: { label: string; value: string; change: (value: string) => void }) {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input type="date" value={props.value} onChange={(event) => props.change(event.currentTarget.value)} />
    </label>
  );
}

/** One field for all numbers. A card number leaves the field at once and never stands in the address. */
function Search(props: FilterProps) {
  const { language, filters, set } = props;
  const [text, setText] = useState(filters.text);
  const [known, setKnown] = useState(filters.text);
  if (known !== filters.text) {
    setKnown(filters.text);
    setText(filters.text);
  }
  useEffect(() => {
    const digits = text.replace(/[\s-]/g, '');
    if (CARD_NUMBER.test(digits)) {
      setText('');
      props.card(digits);
      return;
    }
    const plain = text.trim().replace(/[^0-9A-Za-z-]/g, '');
    // Seven to fifteen digits may be the beginning of a card number: they wait in the field.
    if (plain === filters.text || /^\d{7,15}$/.test(plain)) return;
    const timer = setTimeout(() => set({ text: plain }), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [text, filters.text, set, props]);
  return (
    <div class="search">
      <TextField
        label={LIST.search[language]}
        value={text}
        change={setText}
        lengthMax={30}
        placeholder={LIST.searchHint[language]}
      />
    </div>
  );
}

function CardSearch(props: PageProps & { cardNumber: string; found: (rows: PaymentsAnswer) => void }) {
  const { language } = props;
  const [pin, setPin] = useState('');
  const action = useAction(language, props.signedOut);
  const search = async (): Promise<void> => {
    const answer = await action.run(() =>
      managerPost<PaymentsAnswer>('payments/card', { cardNumber: props.cardNumber, pin }),
    );
    setPin('');
    if (answer !== null) props.found(answer);
  };
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        void search();
      }}
    >
      <p>{LIST.cardSearch[language]}</p>
      <PinField label="PIN" value={pin} change={setPin} language={language} />
      <button type="submit" class="primary" disabled={action.busy || pin.length < 4}>
        {LIST.search[language]}
      </button>
      <p class="fault" role="alert">
        {action.fault}
      </p>
    </form>
  );
}

import type { CardsAnswer, PhoneCard, PhoneLimits, PhonePaymentType } from './api.ts';
import { won, wonWithAid } from './format.ts';
import { STATUS_TEXTS, TYPE_TEXTS } from './texts.ts';
import { useWords } from './words.ts';

/** What the customer has chosen so far; the amount is integer won. */
export interface Choice {
  readonly cardRef: string;
  readonly type: PhonePaymentType;
  readonly amount: number;
}

const AMOUNTS = [5_000, 10_000, 30_000, 50_000, 100_000] as const;
const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '00', '0'] as const;
/** The API carries no more. */
const AMOUNT_MAX = 999_999;

export interface FormProps {
  readonly answer: CardsAnswer;
  readonly choice: Choice;
  readonly balanceShown: boolean;
  readonly busy: boolean;
  readonly onBalanceShown: (shown: boolean) => void;
  readonly onChoice: (choice: Choice) => void;
  readonly onMake: () => void;
}

export function Form(props: FormProps) {
  const { say } = useWords();
  const { answer, choice } = props;
  const limits = answer.limits[choice.type];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onMake();
      }}
    >
      <Cards {...props} />
      <fieldset class="types">
        <legend>{say('what')}</legend>
        {(['CHARGE', 'REFUND'] as const).map((type) => (
          <TypeButton key={type} type={type} choice={choice} onChoice={props.onChoice} />
        ))}
      </fieldset>
      <AmountPad choice={choice} limits={limits} onChoice={props.onChoice} />
      <button
        type="submit"
        class="make"
        disabled={props.busy || choice.cardRef === '' || !within(limits, choice.amount)}
      >
        {say('make')}
      </button>
    </form>
  );
}

/** True for an amount that the issuer would take; the button is dead for every other one. */
export function within(limits: PhoneLimits, amount: number): boolean {
  return amount > 0 && amount >= limits.min && amount <= limits.max && amount % limits.unit === 0;
}

function Cards({ answer, choice, balanceShown, onBalanceShown, onChoice }: FormProps) {
  const { say } = useWords();
  const chosen = answer.cards.find(({ cardRef }) => cardRef === choice.cardRef);
  return (
    <section class="cards" aria-label={say('card')}>
      <div class="card-row" role="radiogroup" aria-label={say('card')}>
        {answer.cards.map((card) => (
          <CardButton
            key={card.cardRef}
            card={card}
            chosen={card.cardRef === choice.cardRef}
            onChoose={() => onChoice({ ...choice, cardRef: card.cardRef })}
          />
        ))}
      </div>
      <div class="balance">
        <output>{balanceShown && chosen !== undefined ? <Balance card={chosen} /> : null}</output>
        <button type="button" aria-pressed={balanceShown} onClick={() => onBalanceShown(!balanceShown)}>
          {say(balanceShown ? 'hideBalance' : 'showBalance')}
        </button>
      </div>
    </section>
  );
}

function Balance({ card }: { readonly card: PhoneCard }) {
  const { say, language } = useWords();
  return <strong data-testid="balance">{say('balance', { won: won(card.balance, language) })}</strong>;
}

function CardButton(props: {
  readonly card: PhoneCard;
  readonly chosen: boolean;
  readonly onChoose: () => void;
}) {
  const { say, language } = useWords();
  const { card, chosen } = props;
  return (
    <label class={chosen ? 'card chosen' : 'card'}>
      <input type="radio" name="card" checked={chosen} onChange={props.onChoose} />
      <span class="card-end">{say('cardEnd', { last4: card.last4 })}</span>
      <span class={card.status === 'active' ? 'card-status' : 'card-status off'}>
        {STATUS_TEXTS[card.status][language]}
      </span>
    </label>
  );
}

function TypeButton(props: {
  readonly type: PhonePaymentType;
  readonly choice: Choice;
  readonly onChoice: (choice: Choice) => void;
}) {
  const { language } = useWords();
  const chosen = props.choice.type === props.type;
  return (
    <button
      type="button"
      class={`type ${props.type === 'CHARGE' ? 'charge' : 'refund'}${chosen ? ' chosen' : ''}`}
      aria-pressed={chosen}
      onClick={() => props.onChoice({ ...props.choice, type: props.type })}
    >
      <span aria-hidden="true">{chosen ? '● ' : '○ '}</span>
      {TYPE_TEXTS[props.type][language]}
    </button>
  );
}

function AmountPad(props: {
  readonly choice: Choice;
  readonly limits: PhoneLimits;
  readonly onChoice: (choice: Choice) => void;
}) {
  const { say, language } = useWords();
  const { choice, limits } = props;
  const set = (amount: number) => props.onChoice({ ...props.choice, amount: Math.min(AMOUNT_MAX, amount) });
  const type = (digits: string) => {
    const text = `${choice.amount}${digits}`;
    if (Number(text) <= AMOUNT_MAX) set(Number(text));
  };
  const limitWords = {
    min: won(limits.min, language),
    max: won(limits.max, language),
    unit: won(limits.unit, language),
  };
  return (
    <section class="amount" aria-label={say('amount')}>
      <output class="amount-shown" data-testid="amount">
        {choice.amount === 0 ? (
          <span class="hint">{say('amountHint')}</span>
        ) : (
          wonWithAid(choice.amount, language)
        )}
      </output>
      <p class="limits">{say(limits.unit > 1 ? 'limits' : 'limitsAny', limitWords)}</p>
      <div class="chips">
        {AMOUNTS.map((amount) => (
          <button
            type="button"
            key={amount}
            aria-pressed={choice.amount === amount}
            disabled={!within(limits, amount)}
            onClick={() => set(amount)}
          >
            {chipText(amount, language)}
          </button>
        ))}
      </div>
      <div class="pad">
        {DIGITS.map((digit) => (
          <button type="button" key={digit} onClick={() => type(digit)}>
            {digit}
          </button>
        ))}
        <button type="button" aria-label={say('back')} onClick={() => set(Math.floor(choice.amount / 10))}>
          ⌫
        </button>
      </div>
    </section>
  );
}

function chipText(amount: number, language: 'ko' | 'en'): string {
  if (language === 'en') return `${amount / 1000}k`;
  return amount < 10_000 ? `${amount / 1000}천` : `${amount / 10_000}만`;
}

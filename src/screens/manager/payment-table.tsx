/** The table of payments, used by the list, the cases and the sync page. */
import type { PaymentRow } from '../../web/api/payments.ts';
import { clockTimeSeconds, dashedDate, date, maskedCard, won } from '../text/format.ts';
import { LIST, NAV } from '../text/manager.ts';
import { stateWords } from '../text/states.ts';
import type { Language } from '../text/words.ts';
import { ScrollingTable } from './parts.tsx';
import { linkTo } from './route.ts';

export function typeWords(type: PaymentRow['type'], language: Language): string {
  return type === 'CHARGE' ? `+ ${LIST.charge[language]}` : `– ${LIST.refund[language]}`;
}

/** Today's rows say the time only. */
export function when(atMs: number, nowMs: number): string {
  const time = clockTimeSeconds(atMs);
  return date(atMs) === date(nowMs) ? time : `${date(atMs).slice(5)} ${time}`;
}

export function PaymentTable(props: { rows: readonly PaymentRow[]; language: Language; nowMs: number }) {
  const { rows, language, nowMs } = props;
  return (
    <ScrollingTable label={NAV.payments[language]}>
      <table>
        <thead>
          <tr>
            <th scope="col">{LIST.time[language]}</th>
            <th scope="col">{LIST.type[language]}</th>
            <th scope="col" class="number">
              {LIST.amount[language]}
            </th>
            <th scope="col">{LIST.state[language]}</th>
            <th scope="col">{LIST.card[language]}</th>
            <th scope="col">{LIST.reference[language]}</th>
            <th scope="col">{LIST.approvalCode[language]}</th>
            <th scope="col">{LIST.station[language]}</th>
            <th scope="col">{LIST.cashier[language]}</th>
            <th scope="col">{LIST.day[language]}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.sequenceId} data-id={row.sequenceId}>
              <td>{when(row.scannedAtMs, nowMs)}</td>
              <td>{typeWords(row.type, language)}</td>
              <td class="number">{won(row.amount, language)}</td>
              <td>
                {row.cases.length > 0 || row.question !== null ? <b title="?">? </b> : null}
                {stateWords(row, language)}
              </td>
              <td>{maskedCard(row.bin, row.last4)}</td>
              <td>
                <a href={linkTo('payment', {}, row.sequenceId)}>{row.reference}</a>
              </td>
              <td>{row.approvalCode ?? '–'}</td>
              <td>{row.stationId}</td>
              <td>{row.cashier ?? '–'}</td>
              <td>{row.businessDate === null ? '–' : dashedDate(row.businessDate).slice(5)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollingTable>
  );
}

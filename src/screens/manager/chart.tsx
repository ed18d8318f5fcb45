/** Won per hour: charges up, withdrawals down, reversals hatched; the names stand in the chart, not in a legend. */
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { TodayAnswer } from '../../web/api/manager.ts';
import type { Theme } from '../shared/preferences.ts';
import { clockTime, digits, won } from '../text/format.ts';
import { TODAY } from '../text/manager.ts';
import type { Language } from '../text/words.ts';

const HEIGHT = 240;
const BAR_WIDTH_MAX = 40;
const DAY_HOURS = 24;
const HOUR_S = 3_600;
const FONT = '500 15px Pretendard';

interface ChartProps {
  readonly today: TodayAnswer;
  readonly language: Language;
  readonly theme: Theme;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Solid, diagonal or dotted fill, so that the three kinds differ without their colours. */
function pattern(kind: 'diagonal' | 'dotted', ink: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext('2d');
  if (pen === null) return ink;
  pen.fillStyle = ink;
  pen.strokeStyle = ink;
  if (kind === 'dotted') {
    pen.arc(4, 4, 2, 0, Math.PI * 2);
    pen.fill();
  } else {
    pen.lineWidth = 2;
    pen.moveTo(-2, 6);
    pen.lineTo(6, -2);
    pen.moveTo(2, 10);
    pen.lineTo(10, 2);
    pen.stroke();
  }
  return pen.createPattern(tile, 'repeat') ?? ink;
}

/** A whole day of hours, so that the picture does not move as the day goes on. */
function dataOf(today: TodayAnswer): uPlot.AlignedData {
  const first = today.hours[0]?.atMs ?? 0;
  const hours = Array.from({ length: DAY_HOURS }, (_each, index) => first / 1_000 + index * HOUR_S);
  const by = (value: (hour: TodayAnswer['hours'][number]) => number): (number | null)[] =>
    hours.map((_each, index) => {
      const hour = today.hours[index];
      const amount = hour === undefined ? 0 : value(hour);
      return amount === 0 ? null : amount;
    });
  return [hours, by((hour) => hour.charges), by((hour) => -hour.refunds), by((hour) => -hour.reversed)];
}

function optionsOf({ language }: ChartProps, width: number): uPlot.Options {
  const text = colour('--text');
  const grid = { stroke: colour('--divider'), width: 1 };
  const charge = colour('--chart-charge');
  const withdrawal = colour('--chart-withdrawal');
  const reversal = colour('--chart-reversal');
  const bars = (align: -1 | 0 | 1) =>
    uPlot.paths.bars?.({ size: [0.4, BAR_WIDTH_MAX], align }) ?? (() => null);
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Asia/Seoul'),
    scales: { x: { time: true } },
    axes: [
      {
        stroke: text,
        grid: { show: false },
        font: FONT,
        values: (_plot, at) => at.map((each) => clockTime(each * 1_000)),
      },
      {
        stroke: text,
        grid,
        font: FONT,
        size: 90,
        values: (_plot, at) => at.map((each) => digits(Math.abs(each))),
      },
    ],
    series: [
      {},
      {
        label: TODAY.charges[language],
        stroke: charge,
        fill: charge,
        paths: bars(0),
        points: { show: false },
      },
      {
        label: TODAY.refunds[language],
        stroke: withdrawal,
        fill: () => pattern('diagonal', withdrawal),
        paths: bars(1),
        points: { show: false },
      },
      {
        label: TODAY.reversed[language],
        stroke: reversal,
        fill: () => pattern('dotted', reversal),
        paths: bars(-1),
        points: { show: false },
      },
    ],
  };
}

export function DayChart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const plot = new uPlot(optionsOf(props, element.clientWidth), dataOf(props.today), element);
    const fit = (): void => plot.setSize({ width: element.clientWidth, height: HEIGHT });
    window.addEventListener('resize', fit);
    return () => {
      window.removeEventListener('resize', fit);
      plot.destroy();
    };
  }, [props]);
  const { today, language } = props;
  const total = (value: (hour: TodayAnswer['hours'][number]) => number): string =>
    won(
      today.hours.reduce((sum, hour) => sum + value(hour), 0),
      language,
    );
  const names = [
    { id: 'charge', text: `▲ ${TODAY.charges[language]} ${total((hour) => hour.charges)}` },
    { id: 'withdrawal', text: `▼ ${TODAY.refunds[language]} ${total((hour) => hour.refunds)}` },
    { id: 'reversal', text: `◦ ${TODAY.reversed[language]} ${total((hour) => hour.reversed)}` },
  ];
  return (
    <figure>
      <figcaption>
        {names.map((name) => (
          <span key={name.id} class={`series ${name.id}`}>
            {name.text}
          </span>
        ))}
      </figcaption>
      <div ref={place} role="img" aria-label={names.map((name) => name.text).join(', ')} />
    </figure>
  );
}

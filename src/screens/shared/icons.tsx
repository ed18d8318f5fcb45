/** One silhouette per face, drawn in a 64 px box with a 3 px outline in the colour of the text around it. */
import type { ComponentChildren } from 'preact';
import type { IconId } from '../text/looks.ts';

const TRAY = <path d="M8 38v14h48V38M8 38h12l4 6h16l4-6h12" />;
const CLOCK_FACE = (
  <>
    <circle cx="32" cy="32" r="24" />
    <path d="M32 17v15l10 7" />
  </>
);

const SHAPES: Readonly<Record<IconId, ComponentChildren>> = {
  barcode: (
    <>
      <path d="M6 18V8h10M48 8h10v10M58 46v10H48M16 56H6V46" />
      <path d="M16 18v28M22 18v28M32 18v28M36 18v28M48 18v28" />
      <path d="M27 18v28M42.500 18v28" stroke-width="5" />
    </>
  ),
  'tray-down': (
    <>
      {TRAY}
      <path d="M32 6v26M21 22l11 11 11-11" />
    </>
  ),
  'tray-up': (
    <>
      {TRAY}
      <path d="M32 33V6M21 17L32 6l11 11" />
    </>
  ),
  'u-turn': <path d="M12 56V28a18 18 0 0 1 36 0v20M36 38l12 12 12-12" />,
  hand: (
    <>
      <path d="M21 4h22l17 17v22L43 60H21L4 43V21z" />
      <path d="M22 36V22a3 3 0 0 1 6 0v9-13a3 3 0 0 1 6 0v13-11a3 3 0 0 1 6 0v14-7a3 3 0 0 1 6 0v10c0 9-5 15-13 15-6 0-9-3-12-8l-6-10c2-3 5-2 7 2" />
    </>
  ),
  check: (
    <>
      <circle cx="32" cy="32" r="26" />
      <path d="M20 33l9 9 16-18" />
    </>
  ),
  hourglass: (
    <>
      <path d="M16 6h32M16 58h32M20 6v10c0 8 12 12 12 16s-12 8-12 16v10M44 6v10c0 8-12 12-12 16s12 8 12 16v10" />
      <path d="M26 52h12M32 44v8" />
    </>
  ),
  question: (
    <>
      <path d="M10 8h44a4 4 0 0 1 4 4v30a4 4 0 0 1-4 4H34L22 58V46H10a4 4 0 0 1-4-4V12a4 4 0 0 1 4-4z" />
      <path d="M25 21c1-4 4-6 7-6 4 0 7 3 7 6 0 5-7 5-7 11M32 38v1" />
    </>
  ),
  slashed: (
    <>
      <circle cx="32" cy="32" r="26" />
      <path d="M14 50L50 14" />
    </>
  ),
  person: (
    <>
      <circle cx="32" cy="20" r="12" />
      <path d="M8 58c0-14 10-22 24-22s24 8 24 22z" />
    </>
  ),
  clock: CLOCK_FACE,
  rewind: (
    <>
      <path d="M12 12v14h14" />
      <path d="M13 26a22 22 0 1 1-3 12" />
    </>
  ),
};

const BADGE = (
  <g class="badge">
    <circle cx="50" cy="14" r="11" />
    <path d="M50 8v7l4 3" />
  </g>
);

/** Decorative: the words beside it say the same. */
export function Icon(props: { id: IconId; size: number; clockBadge?: boolean }) {
  return (
    <svg
      class="icon"
      width={props.size}
      height={props.size}
      viewBox="0 0 64 64"
      fill="none"
      stroke="currentColor"
      stroke-width="3"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {SHAPES[props.id]}
      {props.clockBadge ? BADGE : null}
    </svg>
  );
}

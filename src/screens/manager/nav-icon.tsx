/** Small outline icons of the navigation; the word always stands beside them. */
const PATHS = {
  today: 'M4 20V10M10 20V4M16 20v-8M22 20H2',
  payments: 'M4 6h16M4 12h16M4 18h10',
  cases: 'M12 3l9 17H3zM12 10v5M12 17v1',
  day: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  scanners: 'M3 8V4h4M17 4h4v4M21 16v4h-4M7 20H3v-4M8 8v8M12 8v8M16 8v8',
  sync: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M14 4v6M6 14v6',
  signOut: 'M14 4H5v16h9M10 12h11M17 8l4 4-4 4',
} as const;

export function NavIcon(props: { id: keyof typeof PATHS }) {
  return (
    <svg
      width="24"
      height="24"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[props.id]} />
    </svg>
  );
}

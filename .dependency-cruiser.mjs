/**
 * The layers: which room may import which. Imports point downwards only (ARCHITECTURE.md). dependency-cruiser needs
 * @swc/core to read TypeScript here; without a parser it would see no module and find nothing wrong, so the guard test
 * counts the modules and plants violations.
 */
const OURS = '^(src|drivers)/';

/** Room -> the rooms that it may import besides itself. */
const ALLOWED = {
  '^drivers/': [],
  '^src/barcode/': [],
  '^src/intent/': [],
  '^src/ledger/': ['^src/intent/', '^src/barcode/'],
  '^src/konaplate/': ['^src/barcode/'],
  '^src/sync/': ['^src/intent/', '^src/ledger/', '^src/konaplate/', '^src/barcode/'],
  '^src/settlement/': ['^src/intent/', '^src/ledger/', '^src/konaplate/', '^src/barcode/'],
  '^src/station/': ['^src/(barcode|intent|ledger|sync|settlement)/', '^drivers/'],
  '^src/web/': [
    '^src/(barcode|intent|ledger|sync|settlement|station)/',
    '^drivers/',
    '^src/ops/loopback[.]ts$',
  ],
  '^src/screens/': ['^src/station/snapshot[.]ts$', '^src/web/api/', '^src/intent/model[.]ts$'],
  '^src/issuer/': ['^src/barcode/', '^src/konaplate/'],
  '^src/ops/': ['^src/(intent|barcode)/'],
};

const layers = Object.entries(ALLOWED).map(([room, allowed]) => ({
  name: `layer ${room.slice(1, -1)}`,
  comment: 'Imports point downwards only; see ARCHITECTURE.md.',
  severity: 'error',
  from: { path: room },
  to: { path: OURS, pathNot: [room, ...allowed] },
}));

const CLIENT_INSIDES =
  '^src/konaplate/(client|client-options|connection|exchange|http|published|transport)[.]ts$';

export default {
  forbidden: [
    ...layers,
    {
      name: 'issuer uses the wire format, never the client',
      severity: 'error',
      from: { path: '^src/issuer/' },
      to: { path: CLIENT_INSIDES },
    },
    {
      name: 'pages take types only',
      severity: 'error',
      from: { path: '^src/screens/' },
      to: { path: '^src/(intent|station|web)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure rooms touch no input or output',
      severity: 'error',
      from: { path: '^src/intent/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'the agent and its rooms never import the issuer',
      severity: 'error',
      from: { path: '^(src|drivers)/', pathNot: '^src/(issuer|demo|cli)/' },
      to: { path: '^src/(issuer|demo)/' },
    },
    {
      name: 'nothing imports the command line',
      severity: 'error',
      from: { path: OURS, pathNot: '^src/(cli|demo|main[.]ts)' },
      to: { path: '^src/(cli/|main[.]ts$)' },
    },
    {
      name: 'no circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: { path: OURS }, to: { couldNotResolve: true } },
    {
      name: 'run time takes no development package',
      severity: 'error',
      from: { path: '^(src|drivers)/', pathNot: '^src/(issuer|screens|demo|cli)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'program code takes no test or script',
      severity: 'error',
      from: { path: OURS },
      to: { path: '^(test|scripts|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

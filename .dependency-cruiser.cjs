/** Who may import whom (docs: the folders, in the order data flows). `npm run imports` checks it. */

/** Files of `from` must not import files of `to`. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
const ours = '^(src-main|src-renderer|resources|scripts|test)/'

module.exports = {
  forbidden: [
    forbid(
      'no-cycles',
      'A cycle has no beginning to read from.',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid('all-resolved', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
    forbid(
      'declared',
      'Every package is named in package.json.',
      { path: '^(src-main|src-renderer)/' },
      {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
      },
    ),
    forbid(
      'contract-alone',
      'The contract crosses processes: it imports nothing of ours.',
      { path: '^src-main/contract/' },
      {
        path: ours,
        pathNot: '^src-main/contract/',
      },
    ),
    forbid(
      'engine-pure',
      'The engine is a function of configuration, backend, sink and source.',
      { path: '^src-main/engine/' },
      {
        path: '^src-main/|^src-renderer/',
        pathNot: '^src-main/(engine|contract|library|evaluation|sandbox)/',
      },
    ),
    forbid(
      'library-alone',
      'Fetched models are found and fetched by whoever needs one: nothing else of ours is needed for it but the set-up.',
      { path: '^src-main/library/' },
      {
        path: '^src-main/|^src-renderer/',
        pathNot: '^src-main/(library|contract)/',
      },
    ),
    forbid(
      'evaluation-pure',
      'Estimates and their intervals are functions of numbers, for whoever has them.',
      { path: '^src-main/evaluation/' },
      {
        path: '^src-main/|^src-renderer/',
        pathNot: '^src-main/(evaluation|contract)/|^src-main/engine/random.ts$',
      },
    ),
    forbid(
      'import-pure',
      'Readers of what other trainers left on the disk need neither a host nor a database.',
      { path: '^src-main/import/' },
      {
        path: '^src-main/|^src-renderer/|^node_modules/better-sqlite3/',
        pathNot: '^src-main/(import|contract|library)/',
      },
    ),
    forbid(
      'preferences-pure',
      'Pairs and verdicts are for host and command line alike: neither a model nor a database is needed for them.',
      { path: '^src-main/preferences/' },
      {
        path: '^src-main/|^src-renderer/',
        pathNot:
          '^src-main/(preferences|contract|evaluation|library)/|^src-main/engine/(random|reward-models/data).ts$',
      },
    ),
    forbid(
      'sandbox-alone',
      'What runs programs that nobody has read knows nothing of the rest.',
      { path: '^src-main/sandbox/' },
      {
        path: '^src-main/|^src-renderer/',
        pathNot: '^src-main/(sandbox|contract/errors)',
      },
    ),
    forbid(
      'sandbox-child-alone',
      'A sandbox process loads its interpreter and nothing that the process can do without.',
      { path: '^src-main/sandbox/child/' },
      {
        path: '^src-main/|^src-renderer/',
        pathNot: '^src-main/sandbox/(child/|program)',
      },
    ),
    forbid(
      'engine-no-shell',
      'The engine knows no Electron, SQLite or browser.',
      { path: '^src-main/engine/' },
      {
        path: '^node_modules/(electron|better-sqlite3|fastify|ws|react|react-dom|@mantine|echarts)/',
      },
    ),
    forbid(
      'electron-at-home',
      'Everything but the shell runs in plain Node too.',
      { pathNot: '^src-main/electron/' },
      {
        path: '^node_modules/electron/|^electron$',
      },
    ),
    forbid(
      'shell-on-top',
      'The Electron shell is a shell: nothing builds on it.',
      { pathNot: '^(src-main/electron|test)/' },
      {
        path: '^src-main/electron/',
      },
    ),
    forbid(
      'renderer-through-contract',
      'The window knows the host by its contract alone.',
      { path: '^src-renderer/' },
      {
        path: '^src-main/',
        pathNot: '^src-main/contract/',
      },
    ),
    forbid('nothing-from-renderer', 'The host is headless.', { path: '^src-main/' }, { path: '^src-renderer/' }),
    forbid(
      'store-below-host',
      'The store keeps; it neither trains nor supervises.',
      { path: '^src-main/store/' },
      {
        path: '^src-main/',
        pathNot: '^src-main/(store|contract|evaluation)/',
      },
    ),
    forbid(
      'host-not-engine',
      'The host reaches the engine by messages to its process.',
      { path: '^src-main/host/' },
      {
        path: '^src-main/(engine|cli|electron)/',
      },
    ),
    forbid(
      'no-tests-in-product',
      'Tests use the product, not the reverse.',
      { path: '^(src-main|src-renderer|scripts)/' },
      { path: '^test/' },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}

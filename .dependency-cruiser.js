/** The floors of the house, from the top; a room may use the rooms on the floors below it. */
export const FLOORS = [
  ['actions', 'cli'],
  ['settings'],
  ['preview'],
  ['export', 'agent', 'inspect'],
  ['publish'],
  ['github', 'marathon'],
  ['rootfs', 'image', 'sbom'],
  ['habitat'],
  ['package-cache'],
  ['codec', 'http'],
  ['lib'],
]

/** Rooms that others enter only through their index.ts. */
const DOORS = ['package-cache', 'habitat/hab']

const arrows = FLOORS.flatMap((rooms, floor) =>
  rooms.map(room => ({
    name: `arrows-of-${room}`,
    comment: `src/${room}/ uses only the rooms on the floors below it`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: `^src/(${[room, ...FLOORS.slice(floor + 1).flat()].join('|')})/` },
  })),
)

const doors = DOORS.map(room => ({
  name: `door-of-${room}`,
  comment: `src/${room}/ is entered through its index.ts`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${room}/` },
  to: { path: `^src/${room}/`, pathNot: `^src/${room}/index\\.ts$` },
}))

export default {
  forbidden: [
    { name: 'no-circle', comment: 'no file needs itself', severity: 'error', from: {}, to: { circular: true } },
    // The second finds files that import nothing and are not imported.
    ...[{}, { orphan: true }].map(from => ({
      name: 'no-loose-files',
      comment: 'every file is in a room of the list above',
      severity: 'error',
      from: { ...from, path: '^src/', pathNot: `^src/(${FLOORS.flat().join('|')})/` },
      to: {},
    })),
    {
      name: 'src-alone',
      comment: 'what runs needs no test, no script of the build and nothing else beside src/',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        pathNot: '^src/|(^|/)node_modules/|^package\\.json$',
        dependencyTypesNot: ['core'],
        couldNotResolve: false,
      },
    },
    {
      name: 'rootfs-and-packages',
      comment: 'rootfs/ knows what a package is, and not where it came from',
      severity: 'error',
      from: { path: '^src/rootfs/' },
      to: { path: '^src/habitat/', pathNot: '^src/habitat/(package|config)/' },
    },
    {
      name: 'the-runner-is-above',
      comment: 'below publish/ nothing knows the runner',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(actions|preview|publish|github)/' },
      to: { path: 'node_modules/@(actions|octokit)/' },
    },
    {
      name: 'one-http-client',
      comment: "requests are made with http/, and the runner's client sends assets alone",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/github/send-asset\\.ts$' },
      to: { path: 'node_modules/@actions/http-client/' },
    },
    {
      name: 'nothing-unresolved',
      comment: 'every import leads somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    ...arrows,
    ...doors,
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // Without these it finds no part of a package, such as tar/unpack.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
}

import { describe, expect, test } from 'vitest'
import { problemsOf } from '../../../../src/marathon/app/checks/app.ts'
import type { JsonObject, JsonValue } from '../../../../src/marathon/app/request.ts'

// By Marathon 1.11's RAML types and validators, whose recorded verdicts are in ../verdicts.test.ts. An app has no
// problem, or exactly those at these places: "fetch[0].uri" where Marathon refuses it, "cluster gpus" and so on else.
type Row = [name: string, fields: JsonObject, ...places: string[]]

function placesOf(fields: JsonObject): string[] {
  const app = { id: '/web/shop', cmd: 'sleep 1', ...fields }
  return problemsOf(app).map(({ cause, place }) => (cause === 'refused' ? place : `${cause} ${place}`))
}

const INT32 = 2 ** 31 - 1
const uri = 'https://example.com/a.tgz'
const ports = (...portDefinitions: JsonValue[]) => ({ portDefinitions })
const two = ports({ port: 0, name: 'http' }, { port: 0, name: 'admin' })
const fetched = (...fetch: JsonValue[]) => ({ fetch })
const checked = (...healthChecks: JsonValue[]) => ({ healthChecks })
const constrained = (...constraint: JsonValue[]) => ({ constraints: [constraint] })
const bridge = { networks: [{ mode: 'container/bridge' }] }
const mesos = (fields: JsonObject) => ({ container: { type: 'MESOS', ...fields } })
const docker = (fields: JsonObject = {}) => ({
  container: { type: 'DOCKER', docker: { image: 'a', ...fields } },
})
const volume = (fields: JsonObject) => mesos({ volumes: [{ containerPath: 'data', mode: 'RW', ...fields }] })
const persistent = (fields: JsonObject = {}) => volume({ persistent: { size: 10, ...fields } })
const dev = { id: '/dev/shop', role: 'dev' }

const tables: Record<string, Row[]> = {
  identity: [
    ['a name', { id: 'shop' }],
    ['dots', { id: '/my.app/a-b.c' }],
    ['parts that name nothing', { id: '//web///shop/' }],
    ['a way up', { id: '/web/../shop' }],
    ['none', { id: null }, 'id'],
    ['a number', { id: 5 }, 'id'],
    ['nothing', { id: '' }, 'id'],
    ['upper case', { id: '/Web' }, 'id'],
    ['an underscore', { id: '/my_app' }, 'id'],
    ['a hyphen at an end', { id: '/web-' }, 'id'],
    ['two dots in a row', { id: '/a..b' }, 'id'],
    ['a line break', { id: '/a\n' }, 'id'],
    ['the root', { id: '/' }, 'id'],
    ['the root by a way up', { id: '/web/..' }, 'id'],
    ['tasks', { id: '/web/tasks' }, 'id'],
    ['restart, before a slash', { id: 'restart/' }, 'id'],
    ['versions in the middle', { id: '/versions/web' }],
    ['a dependency', { dependencies: ['/web/database', 'x', '/web/shop-2'] }],
    ['a dependency that is not an id', { dependencies: ['a b'] }, 'dependencies[0]'],
    ['a dependency with a reserved name', { dependencies: ['/x/tasks'] }, 'dependencies[0]'],
    ['a dependency on a way up', { dependencies: ['..'] }, 'dependencies[0]', 'dependencies[0]'],
    ['a dependency on itself', { dependencies: ['/a', 'web/shop'] }, 'dependencies[1]'],
    ['a dependency on its group', { dependencies: ['/web'] }, 'dependencies[0]'],
    ['a dependency on everything', { dependencies: [''] }, 'dependencies[0]'],
    ['dependencies as text', { dependencies: '/x' }, 'dependencies'],
  ],

  process: [
    ['args', { cmd: null, args: ['sleep', ''] }],
    ['an image', { cmd: null, ...docker() }],
    ['an image and args', { cmd: null, args: ['a'], ...docker() }],
    ['any user', { user: '' }],
    ['executors', { executor: '' }],
    ['the command executor', { executor: '//cmd' }],
    ['an executor', { executor: '/opt/executor' }],
    ['a terminal', { tty: true }],
    ['nothing to run', { cmd: null }, 'cmd'],
    ['nothing to run in a container without an image', { cmd: null, ...mesos({}) }, 'cmd'],
    ['cmd and args', { args: ['a'] }, 'args'],
    ['cmd and args and an image', { args: ['a'], ...docker() }, 'args'],
    ['an empty cmd', { cmd: '' }, 'cmd'],
    ['a cmd of one character', { cmd: 'w' }, 'cmd'],
    ['a cmd that is none, which is not one that is missing', { cmd: 5 }, 'cmd'],
    ['args of numbers', { cmd: null, args: ['a', 1] }, 'args[1]'],
    ['args as text', { cmd: null, args: 'a' }, 'args'],
    ['a number for the user', { user: 0 }, 'user'],
    ['a NUL', { cmd: 'a\0b', user: '\0' }, 'impossible cmd', 'impossible user'],
    ['a NUL in args', { cmd: null, args: ['a', '\0'] }, 'impossible args[1]'],
    ['an executor that ends in a slash', { executor: '/opt/' }, 'executor'],
    ['text for tty', { tty: 'yes' }, 'tty'],
  ],

  resources: [
    ['nothing at all', { cpus: 0, mem: 0, disk: 0, gpus: 0 }, 'doubt cpus'],
    ['the least', { cpus: 0.001 }],
    ['limits', { cpus: 1, mem: 64, resourceLimits: { cpus: 'unlimited', mem: 64 } }],
    ['one limit', { resourceLimits: { mem: null, cpus: 2 } }],
    ["the executor's", { executorResources: { cpus: 0.1, mem: 32, disk: 10 } }],
    ['text', { cpus: '1', mem: '64', disk: '0', gpus: '0' }, 'cpus', 'mem', 'disk', 'gpus'],
    ['less than nothing', { cpus: -1, mem: -0.1, disk: -1, gpus: -1 }, 'cpus', 'mem', 'disk', 'gpus'],
    ['half a GPU', { gpus: 0.5 }, 'gpus'],
    ['a GPU', { gpus: 1 }, 'cluster gpus'],
    ['a GPU in a Docker container', { gpus: 1, ...docker() }, 'gpus'],
    ['a limit below', { cpus: 2, resourceLimits: { cpus: 1.5 } }, 'resourceLimits.cpus'],
    ['a limit below the default', { resourceLimits: { mem: 64 } }, 'resourceLimits.mem'],
    ['another word for a limit', { resourceLimits: { mem: 'Unlimited' } }, 'resourceLimits.mem'],
    ['limits as text', { resourceLimits: 'unlimited' }, 'resourceLimits'],
    ["the executor's, as text", { executorResources: { mem: '32' } }, 'executorResources.mem'],
  ],

  scheduling: [
    ['the largest', { instances: INT32, taskKillGracePeriodSeconds: INT32, maxLaunchDelaySeconds: INT32 }],
    ['none', { instances: 0, backoffSeconds: 0, backoffFactor: 1, maxLaunchDelaySeconds: 0 }],
    ['the oldest first, in lower case', { killSelection: 'oldest_first' }],
    ['a strategy', { upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 1 } }],
    ['no strategy for what is unreachable', { unreachableStrategy: 'disabled' }],
    ['one', { unreachableStrategy: { inactiveAfterSeconds: 60, expungeAfterSeconds: 60 } }],
    ['one of nothing', { unreachableStrategy: {} }],
    ['a residency without volumes', { residency: { taskLostBehavior: 'wait_forever' } }],
    ['too many', { instances: 2 ** 31, backoffSeconds: 2 ** 31 }, 'instances', 'backoffSeconds'],
    ['half a task', { instances: 0.5 }, 'instances'],
    [
      'negative times',
      { backoffSeconds: -1, maxLaunchDelaySeconds: -1, taskKillGracePeriodSeconds: -1 },
      'taskKillGracePeriodSeconds',
      'backoffSeconds',
      'maxLaunchDelaySeconds',
    ],
    ['a factor below 1', { backoffFactor: 0.9 }, 'backoffFactor'],
    ['the name of the class', { killSelection: 'YoungestFirst' }, 'killSelection'],
    [
      'half a strategy',
      { upgradeStrategy: { minimumHealthCapacity: 0 } },
      'upgradeStrategy.maximumOverCapacity',
    ],
    [
      'a strategy over 1',
      { upgradeStrategy: { minimumHealthCapacity: 1.1, maximumOverCapacity: 1 } },
      'upgradeStrategy.minimumHealthCapacity',
    ],
    [
      'a strategy as text',
      { upgradeStrategy: 'x' },
      'upgradeStrategy.minimumHealthCapacity',
      'upgradeStrategy.maximumOverCapacity',
    ],
    [
      'a strategy that cannot be converted to text',
      { unreachableStrategy: { toString: 1, valueOf: 1, expungeAfterSeconds: 'x' } },
      'unreachableStrategy.expungeAfterSeconds',
    ],
    [
      'inactive after it is forgotten',
      { unreachableStrategy: { inactiveAfterSeconds: 2, expungeAfterSeconds: 1 } },
      'unreachableStrategy.inactiveAfterSeconds',
    ],
    [
      'inactive without being forgotten',
      { unreachableStrategy: { inactiveAfterSeconds: 2 } },
      'unreachableStrategy.inactiveAfterSeconds',
    ],
    [
      'longer than Scala counts',
      { unreachableStrategy: { expungeAfterSeconds: 1e10 } },
      'unreachableStrategy.expungeAfterSeconds',
    ],
    [
      'another residency',
      { residency: { taskLostBehavior: 'x', relaunchEscalationTimeoutSeconds: -1 } },
      'residency.relaunchEscalationTimeoutSeconds',
      'residency.taskLostBehavior',
    ],
    ['a single instance', { instances: 1, labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } }],
    ['one of two', { instances: 2, labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } }, 'instances'],
    ['two, where it is not so', { instances: 2, labels: { MARATHON_SINGLE_INSTANCE_APP: 'false' } }],
    [
      'one that is replaced by another first',
      {
        labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' },
        upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 1 },
      },
      'upgradeStrategy.minimumHealthCapacity',
      'upgradeStrategy.maximumOverCapacity',
    ],
  ],

  constraints: [
    ['none', { constraints: [] }],
    ['UNIQUE', constrained('hostname', 'UNIQUE')],
    ['CLUSTER without a value', constrained('rack_id', 'CLUSTER')],
    ['CLUSTER of nothing', constrained('rack_id', 'CLUSTER', '')],
    ['GROUP_BY', constrained('rack', 'GROUP_BY')],
    ['GROUP_BY a number', constrained('rack', 'GROUP_BY', '+3')],
    ['MAX_PER', constrained('rack', 'MAX_PER', '-2')],
    ['LIKE as Java reads it', constrained('rack', 'LIKE', '(?i)rack-[a-z&&[^x]]*+')],
    ['UNLIKE nothing', constrained('rack', 'UNLIKE', '')],
    ['IS a text', constrained('@zone', 'IS', 'eu/1_a.b-c')],
    ['IS nothing', constrained('rack', 'IS')],
    ['one text', constrained('hostname'), 'constraints[0]'],
    ['four texts', constrained('a', 'LIKE', 'b', 'c'), 'constraints[0]'],
    ['a text', { constraints: ['hostname:UNIQUE'] }, 'constraints[0]'],
    ['an object', { constraints: {} }, 'constraints'],
    ['a number', constrained('a', 'MAX_PER', 2), 'constraints[0][2]'],
    ['null', constrained('a', 'GROUP_BY', null), 'constraints[0][2]'],
    ['no field', constrained('', 'UNIQUE'), 'constraints[0]'],
    ['an operator of pods alone', constrained('a', 'IN', 'b'), 'constraints[0]'],
    ['an operator in lower case, a 500', constrained('a', 'cluster', 'b'), 'constraints[0]'],
    ['UNIQUE with a value', constrained('a', 'UNIQUE', ''), 'constraints[0]'],
    ['GROUP_BY nothing', constrained('a', 'GROUP_BY', ''), 'constraints[0]'],
    ['GROUP_BY more than 32 bits', constrained('a', 'GROUP_BY', '2147483648'), 'constraints[0]'],
    ['MAX_PER without a value', constrained('a', 'MAX_PER'), 'constraints[0]'],
    ['MAX_PER a half', constrained('a', 'MAX_PER', '1.5'), 'constraints[0]'],
    ['LIKE without a value', constrained('a', 'LIKE'), 'constraints[0]'],
    ['LIKE what only JavaScript reads', constrained('a', 'LIKE', 'a{'), 'constraints[0]'],
    ['IS a set', constrained('a', 'IS', '{a,b}'), 'constraints[0]'],
  ],

  roles: [
    ['the default', { role: '*', acceptedResourceRoles: ['*'] }],
    ['that of the group', { ...dev, acceptedResourceRoles: ['dev', '*'] }],
    ['that of an app at the top', { id: '/dev', role: 'dev' }, 'cluster role'],
    ['another', { role: 'dev' }, 'cluster role'],
    [
      'accepts that of Marathon',
      { acceptedResourceRoles: ['slave_public'] },
      'cluster acceptedResourceRoles[0]',
    ],
    ['accepts another than its own', { ...dev, acceptedResourceRoles: ['ops'] }, 'acceptedResourceRoles[0]'],
    ['accepts none', { acceptedResourceRoles: [] }, 'acceptedResourceRoles'],
    ['nothing', { role: '' }, 'role'],
    ['a space', { role: 'a b' }, 'role'],
    ['one below another', { role: 'eng/dev' }, 'cluster role'],
    ['a hyphen', { role: '-a' }, 'role'],
    ['a dot', { role: '.' }, 'role'],
    ['a number', { role: 1 }, 'role'],
  ],

  'env, secrets and labels': [
    ['any text', { env: { A: 'é\n$ "\'', 'not for sh': '', ü: '' }, labels: { '': 'x', 'a b': 'y\n' } }],
    ['the largest variable', { env: { A: 'x'.repeat(131072 - 3) } }],
    ['a larger one', { env: { A: 'x'.repeat(131072 - 2) } }, 'impossible env.A'],
    ['a NUL', { env: { A: 'a\0' } }, 'impossible env.A'],
    ['no name', { env: { '': 'a' } }, 'env[""]'],
    ['no text', { env: { A: 1, B: null, C: {}, D: true } }, 'env.A', 'env.B', 'env.C', 'env.D'],
    ['a list', { env: ['A=1'] }, 'env'],
    ['a secret', { env: { A: { secret: 's' } }, secrets: { s: { source: '/s' } } }, 'cluster secrets'],
    ['a secret that nothing uses', { secrets: { s: { source: '/s' } } }, 'cluster secrets'],
    ['an unknown secret', { env: { A: { secret: 'toString' } } }, 'env.A', 'cluster env.A'],
    [
      'a secret from nowhere',
      { secrets: { s: {}, t: null, u: 'x' } },
      'secrets.s.source',
      'secrets.t.source',
      'secrets.u.source',
    ],
    ['no secrets', { secrets: {} }],
    ['labels of another kind', { labels: { a: true, 'b.c': null } }, 'labels.a', 'labels["b.c"]'],
    ['labels as a list', { labels: [] }, 'labels'],
    [
      'a framework that can be migrated',
      {
        labels: {
          DCOS_MIGRATION_API_VERSION: 'v1',
          DCOS_MIGRATION_API_PATH: '/v1',
          DCOS_PACKAGE_FRAMEWORK_NAME: 'x',
        },
      },
    ],
    [
      'one without a path',
      { labels: { DCOS_MIGRATION_API_VERSION: 'v1', DCOS_PACKAGE_FRAMEWORK_NAME: 'x' } },
      'labels.DCOS_MIGRATION_API_PATH',
    ],
  ],

  fetch: [
    [
      'URIs',
      fetched({ uri }, { uri: 's3://b/a', extract: null, cache: true, executable: false }, { uri: 'a' }),
    ],
    [
      'what Java takes for a URI',
      fetched({ uri: 'http:///a' }, { uri: 'http://e_x:x/ü?[a]' }, { uri: 'urn:a[b' }),
    ],
    ['1024 characters', fetched({ uri: `https://h/${'a'.repeat(1014)}`, destPath: 'a'.repeat(1024) })],
    ['the same twice', fetched({ uri }, { uri, extract: true })],
    ['the same twice, extracted and not', fetched({ uri }, { uri, extract: false }), 'doubt fetch[1].uri'],
    ['uris beside nothing', { fetch: [], uris: [uri, ''] }],
    ['uris beside fetch', { ...fetched({ uri }), uris: [uri] }, 'uris'],
    ['1025 characters', fetched({ uri: `https://h/${'a'.repeat(1015)}` }), 'fetch[0].uri'],
    ['a space', fetched({ uri: 'https://h/a b' }), 'fetch[0].uri'],
    ['a space in uris', { uris: [uri, 'a b'] }, 'uris[1]'],
    ['an apostrophe', fetched({ uri: "https://h/'" }), 'impossible fetch[0].uri'],
    [
      'no URI',
      fetched({ destPath: 'a' }, 'https://h/a', null),
      'fetch[0].uri',
      'fetch[1].uri',
      'fetch[2].uri',
    ],
    ['an absolute destPath', fetched({ uri, destPath: '/a' }), 'impossible fetch[0].destPath'],
    ['a destPath outside', fetched({ uri, destPath: 'a/../../b' }), 'doubt fetch[0].destPath'],
    [
      'one destPath twice',
      fetched({ uri, destPath: 'a' }, { uri: `${uri}?2`, destPath: 'a' }),
      'impossible fetch[1].destPath',
    ],
    ['an empty destPath', fetched({ uri, destPath: '' }), 'fetch[0].destPath'],
    ['a long destPath', fetched({ uri, destPath: 'a'.repeat(1025) }), 'fetch[0].destPath'],
    ['flags as text', fetched({ uri, extract: 'no', cache: 0 }), 'fetch[0].extract', 'fetch[0].cache'],
    ['an object', { fetch: {} }, 'fetch'],
  ],

  ports: [
    ['none', ports()],
    [
      'random ones',
      ports({ port: 0 }, {}, null, { port: 65535, protocol: 'UDP,TCP', labels: { VIP_0: '/a:1' } }),
    ],
    ['the old field', { ports: [0, 0, 80] }],
    ['both fields, the same', { ports: [0, 80], ...ports({}, { port: 80 }) }],
    ['a name that starts with a digit', ports({ name: '8080-tcp' }), 'doubt portDefinitions[0].name'],
    ['both fields', { ports: [0], ...ports({ port: 80 }) }, 'ports'],
    ['both fields, one empty', { ports: [], ...ports({ port: 80 }) }, 'ports'],
    ['one number twice', ports({ port: 80 }, { port: 80, protocol: 'udp' }), 'portDefinitions[1].port'],
    ['one number twice in the old field', { ports: [80, 0, 80] }, 'ports[2]'],
    ['one name twice', ports({ name: 'a' }, { name: 'b' }, { name: 'a' }), 'portDefinitions[2].name'],
    ['protocols in the other order', ports({ protocol: 'tcp,udp' }), 'portDefinitions[0].protocol'],
    [
      'names',
      ports({ name: 'GOSSIP' }, { name: 'a_b' }, { name: 'a-' }, { name: '' }),
      ...[0, 1, 2, 3].map(n => `portDefinitions[${n}].name`),
    ],
    [
      'numbers',
      ports({ port: 65536 }, { port: -1 }, { port: '80' }),
      ...[0, 1, 2].map(n => `portDefinitions[${n}].port`),
    ],
    ['numbers in the old field', { ports: [-1, 1.5] }, 'ports[1]', 'ports[0]'],
    ['a label that is a number', ports({ labels: { VIP_0: 1 } }), 'portDefinitions[0].labels.VIP_0'],
    ['an object', { portDefinitions: {} }, 'portDefinitions'],
    ['requirePorts as text', { requirePorts: 'yes' }, 'requirePorts'],
  ],

  networks: [
    ['none', { networks: [] }],
    ['that of the host', { networks: [{ mode: 'HOST' }] }],
    ['a bridge', bridge],
    [
      'several',
      {
        networks: [
          { name: 'a', labels: { x: 'y' } },
          { name: 'b', mode: 'container' },
        ],
      },
    ],
    ['a bridge beside portDefinitions', { ...bridge, ...two, ...mesos({}) }],
    ['the old field', { ipAddress: { networkName: 'dcos', groups: ['a'], labels: {} } }],
    [
      'the old field with ports',
      { ipAddress: { networkName: 'dcos', discovery: { ports: [{ number: 80, name: 'http' }] } } },
    ],
    [
      'the old field with no ports of the host',
      { ipAddress: { networkName: 'dcos' }, ports: [], portDefinitions: [] },
    ],
    ['one without a name', { networks: [{ mode: 'container' }] }, 'cluster networks[0].name'],
    ['the old field without a name', { ipAddress: {} }, 'cluster ipAddress.networkName'],
    ['one that is text', { networks: ['dcos'] }, 'cluster networks[0].name'],
    ['the old field beside portDefinitions', { ipAddress: { networkName: 'dcos' }, ...two }, 'ipAddress'],
    ['the old field beside ports', { ipAddress: { networkName: 'dcos' }, ports: [0] }, 'ipAddress'],
    ['the old field beside the new', { ipAddress: { networkName: 'dcos' }, ...bridge }, 'ipAddress'],
    ['another mode', { networks: [{ mode: 'user' }] }, 'networks[0].mode'],
    [
      'a bad name',
      { networks: [{ name: 'A' }, { name: 'a'.repeat(64) }] },
      'networks[0].name',
      'networks[1].name',
    ],
    ['a named bridge', { networks: [{ mode: 'container/bridge', name: 'a' }] }, 'networks[0].name'],
    [
      'that of the host with a name and labels',
      { networks: [{ mode: 'host', name: 'a', labels: { x: 'y' } }] },
      'networks[0].name',
      'networks[0].labels',
    ],
    ['one twice', { networks: [{ name: 'a' }, { name: 'a' }] }, 'networks[1].name'],
    ['a bridge and another', { networks: [{ mode: 'container/bridge' }, { name: 'a' }] }, 'networks'],
    ['two bridges', { networks: [{ mode: 'container/bridge' }, { mode: 'container/bridge' }] }, 'networks'],
    [
      'a discovered port without a name',
      { ipAddress: { networkName: 'a', discovery: { ports: [{ number: 80 }] } } },
      'ipAddress.discovery.ports[0].name',
    ],
    [
      'discovery for Docker',
      { ipAddress: { networkName: 'a', discovery: {} }, ...docker() },
      'ipAddress.discovery',
    ],
    [
      'discovery beside mappings',
      {
        ipAddress: { networkName: 'a', discovery: { ports: [{ name: 'a' }] } },
        ...mesos({ portMappings: [] }),
      },
      'ipAddress.discovery.ports',
    ],
  ],

  container: [
    ['of Mesos', mesos({})],
    [
      'of Docker, which is the default',
      {
        container: {
          docker: { image: 'a', network: 'host', privileged: true, parameters: [{ key: 'a', value: '' }] },
        },
      },
    ],
    ['of Mesos, with an image', mesos({ docker: { image: 'a', forcePullImage: true, parameters: [] } })],
    [
      'with the old mappings',
      docker({ network: 'BRIDGE', portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'TCP' }] }),
    ],
    [
      'with mappings on the network of the host',
      mesos({ portMappings: [{ name: 'a' }, { name: 'a', networkNames: ['x'] }] }),
    ],
    ['with no mappings', { ...bridge, ...mesos({ portMappings: [] }) }],
    ['without an image', { container: {} }, 'container.docker'],
    ['that is text', { container: 'a' }, 'container.docker'],
    ['of another type', { container: { type: 'rkt' } }, 'container.type'],
    ['with an empty image', docker({ image: '' }), 'container.docker.image'],
    ['with an image without a name', mesos({ docker: {} }), 'container.docker.image'],
    [
      'with flags as text',
      docker({ privileged: 'x', forcePullImage: 1 }),
      'container.docker.forcePullImage',
      'container.docker.privileged',
    ],
    [
      'with half a parameter',
      docker({ parameters: [{ key: 'a' }, { key: '', value: 'b' }] }),
      'container.docker.parameters[0].value',
      'container.docker.parameters[1].key',
    ],
    ['with no network of Docker', docker({ network: 'NONE' }), 'container.docker.network'],
    [
      'with a network of the user without a name',
      docker({ network: 'USER' }),
      'cluster container.docker.network',
    ],
    [
      'with an old network beside the new',
      { ...bridge, ...docker({ network: 'BRIDGE' }) },
      'container.docker.network',
    ],
    [
      'of Mesos, with what is for Docker',
      mesos({
        docker: { image: 'a', network: 'HOST', parameters: [{ key: 'a', value: 'b' }], portMappings: [] },
      }),
      'container.docker.network',
      'container.docker.parameters',
      'container.docker.portMappings',
    ],
    ['of Docker, with two networks', { networks: [{ name: 'a' }, { name: 'b' }], ...docker() }, 'networks'],
    [
      'with a name twice',
      { ...bridge, ...mesos({ portMappings: [{ name: 'a' }, { name: 'a' }] }) },
      'container.portMappings[1].name',
    ],
    [
      'with an old name twice',
      docker({ portMappings: [{ name: 'a' }, { name: 'a' }] }),
      'container.docker.portMappings[1].name',
    ],
    [
      'with bad mappings',
      {
        ...bridge,
        ...mesos({ portMappings: [{ hostPort: 65536 }, { name: 'A' }, { containerPort: '80' }] }),
      },
      'container.portMappings[0].hostPort',
      'container.portMappings[1].name',
      'container.portMappings[2].containerPort',
    ],
    [
      'with mappings twice',
      {
        ...bridge,
        container: { type: 'DOCKER', docker: { image: 'a', portMappings: [{}] }, portMappings: [] },
      },
      'container.docker.portMappings',
    ],
    [
      'with a mapping to no network',
      { networks: [{ name: 'a' }], ...mesos({ portMappings: [{ networkNames: ['b'] }] }) },
      'container.portMappings[0].networkNames',
    ],
    [
      'with a mapping to one of two',
      {
        networks: [{ name: 'a' }, { name: 'b' }],
        ...mesos({ portMappings: [{ hostPort: 0, networkNames: ['b'] }, {}] }),
      },
    ],
    [
      'with a mapping to both of two',
      { networks: [{ name: 'a' }, { name: 'b' }], ...mesos({ portMappings: [{ hostPort: 0 }] }) },
      'container.portMappings[0].networkNames',
    ],
    ['with old credentials', docker({ credential: { principal: 'a' } }), 'container.docker.credential'],
    [
      'with a secret for pulling',
      { secrets: { s: { source: 'x' } }, ...mesos({ docker: { image: 'a', pullConfig: { secret: 's' } } }) },
      'cluster secrets',
    ],
    [
      'with an unknown secret for pulling',
      mesos({ docker: { image: 'a', pullConfig: { secret: 's' } } }),
      'container.docker.pullConfig.secret',
    ],
    [
      'of Docker, with a secret for pulling',
      docker({ pullConfig: { secret: 's' } }),
      'container.docker.pullConfig',
    ],
    [
      'with seccomp',
      mesos({ linuxInfo: { seccomp: { profileName: 'a' }, ipcInfo: { mode: 'private', shmSize: 64 } } }),
    ],
    [
      'with seccomp of two minds',
      mesos({ linuxInfo: { seccomp: { profileName: 'a', unconfined: true } } }),
      'container.linuxInfo.seccomp',
    ],
    ['with seccomp of no mind', mesos({ linuxInfo: { seccomp: {} } }), 'container.linuxInfo.seccomp'],
    [
      "with shared memory in the parent's",
      mesos({ linuxInfo: { ipcInfo: { mode: 'SHARE_PARENT', shmSize: 64 } } }),
      'container.linuxInfo.ipcInfo.shmSize',
    ],
  ],

  volumes: [
    ['of the host', volume({ hostPath: '/a', mode: 'ro' })],
    ['of the host, with half another', volume({ hostPath: '/a', persistent: {} })],
    [
      'persistent',
      { ...dev, ...persistent({ type: 'MOUNT', maxSize: 20, constraints: [['path', 'LIKE', '/a.*']] }) },
    ],
    [
      'persistent, with a strategy',
      {
        ...dev,
        ...persistent(),
        upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
        unreachableStrategy: 'disabled',
      },
    ],
    ['persistent, without a role', persistent(), 'cluster role'],
    ['persistent, with the role of nobody', { role: '*', ...persistent() }, 'role'],
    [
      'nothing',
      mesos({ volumes: [{}] }),
      'container.volumes[0].containerPath',
      'container.volumes[0].mode',
      'container.volumes[0].hostPath',
    ],
    ['another mode', volume({ hostPath: '/a', mode: 'rwx' }), 'container.volumes[0].mode'],
    [
      'persistent and read-only',
      { ...dev, ...volume({ persistent: { size: 1 }, mode: 'RO' }) },
      'container.volumes[0].mode',
    ],
    [
      'persistent, elsewhere',
      { ...dev, ...volume({ persistent: { size: 1 }, containerPath: '../a' }) },
      'container.volumes[0].containerPath',
    ],
    [
      'persistent, of no size',
      { ...dev, ...persistent({ size: 0 }) },
      'container.volumes[0].persistent.size',
    ],
    [
      'persistent, of a size in text',
      { ...dev, ...persistent({ size: '1' }) },
      'container.volumes[0].persistent.size',
    ],
    [
      'persistent, with a limit',
      { ...dev, ...persistent({ maxSize: 20 }) },
      'container.volumes[0].persistent.maxSize',
    ],
    [
      'persistent, with a limit below',
      { ...dev, ...persistent({ maxSize: 10, type: 'mount' }) },
      'container.volumes[0].persistent.maxSize',
    ],
    [
      'persistent, on a chosen root',
      { ...dev, ...persistent({ constraints: [['path', 'LIKE', 'a']] }) },
      'container.volumes[0].persistent.constraints',
    ],
    [
      'persistent, with another constraint',
      { ...dev, ...persistent({ type: 'path', constraints: [['path', 'UNIQUE']] }) },
      'container.volumes[0].persistent.constraints[0]',
    ],
    [
      'persistent, replaced by more',
      { ...dev, ...persistent(), upgradeStrategy: { minimumHealthCapacity: 0, maximumOverCapacity: 0.5 } },
      'upgradeStrategy.maximumOverCapacity',
    ],
    [
      'persistent, given up when unreachable',
      { ...dev, ...persistent(), unreachableStrategy: { expungeAfterSeconds: 9 } },
      'unreachableStrategy',
    ],
    [
      'external',
      volume({ external: { name: 'a', provider: 'dvdi' } }),
      'cluster container.volumes[0].external',
    ],
    [
      'a secret',
      { secrets: { s: { source: 'x' } }, ...mesos({ volumes: [{ containerPath: 'a', secret: 's' }] }) },
      'cluster secrets',
      'cluster container.volumes[0].secret',
    ],
    [
      'an unknown secret',
      mesos({ volumes: [{ containerPath: 'a', secret: 's' }] }),
      'container.volumes[0].secret',
      'cluster container.volumes[0].secret',
    ],
  ],

  'health checks': [
    [
      'of every kind',
      {
        ...two,
        ...checked(
          { protocol: 'mesos_tcp', portIndex: 1 },
          { protocol: 'HTTP', port: 80 },
          { protocol: 'TCP', path: '/' },
          { protocol: 'COMMAND', command: { value: '' }, portIndex: 9 },
          { protocol: 'COMMAND', command: { value: 'x' } },
        ),
      },
    ],
    ['of the only port', checked({ path: '/' })],
    ['of the first of two', { ...two, ...checked({ protocol: 'HTTP', path: '/ping' }) }],
    [
      'of the first of two of a container',
      { ...bridge, ...mesos({ portMappings: [{}, {}] }), ...checked({}) },
    ],
    ['of nothing in particular', checked(null, {}, 'x')],
    [
      'by Mesos, one twice',
      {
        ...two,
        ...checked({ protocol: 'MESOS_HTTP' }, { protocol: 'mesos_http', portIndex: 0, timeoutSeconds: 20 }),
      },
    ],
    ['of a container', { ...bridge, ...mesos({ portMappings: [{}, {}] }), ...checked({ portIndex: 1 }) }],
    [
      'of a container with the default port',
      { ...bridge, ...mesos({}), ...checked({ protocol: 'MESOS_TCP' }) },
    ],
    [
      'of a container with as many ports as the host',
      { ...bridge, ...two, ...mesos({}), ...checked({ portIndex: 1 }) },
    ],
    [
      'of a container by its old mappings',
      { ...docker({ network: 'BRIDGE', portMappings: [{}, {}] }), ...checked({ portIndex: 1 }) },
    ],
    [
      'of an address of its own',
      {
        ipAddress: { networkName: 'a', discovery: { ports: [{ name: 'a' }, { name: 'b' }] } },
        ...checked({ portIndex: 1 }),
      },
    ],
    ['with a negative timeout', checked({ timeoutSeconds: -1 })],
    ['over IPv6', { ...docker(), ...checked({ protocol: 'MESOS_TCP', ipProtocol: 'ipv6' }) }],
    ['of a third port', { ...two, ...checked({ portIndex: 2 }) }, 'healthChecks[0].portIndex'],
    [
      'of two ports in the old field, where none is the first',
      { ports: [0, 0], ...checked({}) },
      'healthChecks[0]',
    ],
    [
      'of no port',
      { ...ports(), ...checked({ protocol: 'MESOS_HTTP' }, { portIndex: 0 }) },
      'healthChecks[0]',
      'healthChecks[1].portIndex',
    ],
    ['of a port of the host on a bridge', { ...bridge, ...checked({}) }, 'healthChecks[0]'],
    [
      'of a port of the host beyond those of the container',
      { ...bridge, ...mesos({ portMappings: [{}] }), ...checked({ portIndex: 1 }) },
      'healthChecks[0].portIndex',
    ],
    ['of another kind', checked({ protocol: 'FTP' }), 'healthChecks[0].protocol'],
    ['of a command that is missing', checked({ protocol: 'COMMAND' }), 'healthChecks[0].command'],
    [
      'of a command that is text',
      checked({ protocol: 'COMMAND', command: 'true' }),
      'healthChecks[0].command',
    ],
    [
      'of a command without a value',
      checked({ protocol: 'COMMAND', command: {} }),
      'healthChecks[0].command.value',
    ],
    ['of a command by HTTP, a 500', checked({ command: { value: 'x' } }), 'healthChecks[0].command'],
    [
      'of a command and a path, a 500',
      checked({ protocol: 'COMMAND', command: { value: 'x' }, path: '/', port: 1 }),
      'healthChecks[0].path',
      'healthChecks[0].port',
    ],
    [
      'by Mesos, two',
      { ...two, ...checked({ protocol: 'MESOS_HTTP' }, { protocol: 'MESOS_HTTP', portIndex: 1 }) },
      'healthChecks',
    ],
    [
      'over IPv6 for Mesos',
      checked({ protocol: 'MESOS_TCP', ipProtocol: 'IPv6' }),
      'healthChecks[0].ipProtocol',
    ],
    [
      'over IPv6 by Marathon',
      { ...docker(), ...checked({ ipProtocol: 'IPv6' }) },
      'healthChecks[0].ipProtocol',
    ],
    [
      'with other numbers',
      checked(
        { intervalSeconds: -1 },
        { gracePeriodSeconds: 1.5 },
        { maxConsecutiveFailures: '3' },
        { delaySeconds: 2 ** 31 },
        { port: 70000 },
      ),
      'healthChecks[0].intervalSeconds',
      'healthChecks[1].gracePeriodSeconds',
      'healthChecks[2].maxConsecutiveFailures',
      'healthChecks[3].delaySeconds',
      'healthChecks[4].port',
    ],
    [
      'with other texts',
      checked({ path: 5, ignoreHttp1xx: 'x' }),
      'healthChecks[0].path',
      'healthChecks[0].ignoreHttp1xx',
    ],
  ],

  'other checks': [
    ['by TCP', { check: { tcp: {} } }],
    ['by HTTP', { ...two, check: { http: { portIndex: 1, path: '/', scheme: 'http' }, timeoutSeconds: 5 } }],
    ['by a command', { check: { exec: { command: { shell: 'true' } } } }],
    ['by arguments', { check: { exec: { command: { argv: ['true'] } } } }],
    ['by nothing, a 500', { check: {} }, 'check'],
    ['by text, a 500', { check: 'x' }, 'check'],
    ['by two, a 500', { check: { http: {}, tcp: {} } }, 'check'],
    ['by HTTPS, a 500', { check: { http: { scheme: 'HTTPS' } } }, 'check.http.scheme'],
    ['of a port that is not there', { check: { http: { portIndex: 1 } } }, 'check.http.portIndex'],
    ['by no command', { check: { exec: { command: {} } } }, 'check.exec.command.shell'],
    ['by no arguments', { check: { exec: { command: { argv: [] } } } }, 'check.exec.command.argv'],
    ['with a negative interval', { check: { tcp: {}, intervalSeconds: -1 } }, 'check.intervalSeconds'],
    [
      'of readiness',
      {
        ...two,
        readinessChecks: [
          { portName: 'admin', protocol: 'https', path: 'x', httpStatusCodesForReady: [200, 999] },
        ],
      },
    ],
    ['of readiness, of the default port', { readinessChecks: [{ portName: 'default' }] }],
    [
      'of readiness, of a container',
      { ...bridge, ...mesos({ portMappings: [{ name: 'a' }] }), readinessChecks: [{ portName: 'a' }] },
    ],
    [
      'of readiness, of the port of that name',
      { ...two, readinessChecks: [{}] },
      'readinessChecks[0].portName',
    ],
    [
      'of readiness, two',
      { ...two, readinessChecks: [{ portName: 'http' }, { portName: 'admin' }] },
      'readinessChecks',
    ],
    [
      'of readiness, with a long timeout',
      { ...two, readinessChecks: [{ portName: 'http', timeoutSeconds: 30 }] },
      'readinessChecks[0].timeoutSeconds',
    ],
    [
      'of readiness, with no timeout',
      { ...two, readinessChecks: [{ portName: 'http', timeoutSeconds: 0 }] },
      'readinessChecks[0].timeoutSeconds',
    ],
    [
      'of readiness, with other codes',
      { ...two, readinessChecks: [{ portName: 'http', httpStatusCodesForReady: [] }] },
      'readinessChecks[0].httpStatusCodesForReady',
    ],
    [
      'of readiness, with texts for codes',
      { ...two, readinessChecks: [{ portName: 'http', httpStatusCodesForReady: ['200'] }] },
      'readinessChecks[0].httpStatusCodesForReady[0]',
    ],
    [
      'of readiness, with no name',
      { ...two, readinessChecks: [{ portName: 'http', name: '', path: '' }] },
      'readinessChecks[0].name',
      'readinessChecks[0].path',
    ],
  ],

  'what Marathon writes': [
    [
      'times',
      {
        version: '2026-01-31T12:00:00.000Z',
        versionInfo: { lastScalingAt: '2026-01-31T12:00:00+01:00', lastConfigChangeAt: '2026-01-31T12:00Z' },
      },
    ],
    ['fields that it ignores', { tasksRunning: 1, deployments: [], storeUrls: 5, fieldOfTomorrow: {} }],
    [
      'no times',
      { version: 'x', versionInfo: {} },
      'version',
      'versionInfo.lastScalingAt',
      'versionInfo.lastConfigChangeAt',
    ],
  ],
}

describe.each(Object.entries(tables))('%s', (_, rows) => {
  test.each(rows.map(([name, fields, ...places]) => ({ name, fields, places })))(
    '$name',
    ({ fields, places }) => {
      expect(placesOf(fields)).toEqual(places)
    },
  )
})

test('null is as good as nothing, for every field but the id', () => {
  const fields =
    'args user executor tty cpus mem disk gpus resourceLimits instances killSelection upgradeStrategy unreachableStrategy residency constraints role acceptedResourceRoles env secrets labels fetch uris portDefinitions ports requirePorts networks ipAddress container healthChecks check readinessChecks version'
  expect(placesOf(Object.fromEntries(fields.split(' ').map(field => [field, null])))).toEqual([])
})

test('what could not be read hides nothing that could', () => {
  expect(
    placesOf({
      cmd: 5,
      portDefinitions: [{ port: 'x' }, { port: 80, name: 'a' }, { port: 80, name: 'a' }],
      healthChecks: [{ protocol: 'x' }, { portIndex: 3 }],
      container: {
        type: 'MESOS',
        volumes: [{}, { containerPath: '/', mode: 'RW', persistent: { size: 1 } }],
      },
      ...dev,
    }),
  ).toEqual([
    'cmd',
    'portDefinitions[0].port',
    'container.volumes[0].containerPath',
    'container.volumes[0].mode',
    'container.volumes[0].hostPath',
    'healthChecks[0].protocol',
    'portDefinitions[2].name',
    'portDefinitions[2].port',
    'container.volumes[1].containerPath',
    'healthChecks[1].portIndex',
  ])
})

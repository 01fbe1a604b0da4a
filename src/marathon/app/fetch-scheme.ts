import { nearest } from '../../lib/nearest.ts'

// Mesos: src/launcher/fetcher.cpp. What is not one of its own schemes goes to `hadoop fs -copyToLocal`.

const OWN: readonly string[] = ['http', 'https', 'ftp', 'ftps', 'file']

/** The file systems that Hadoop comes with (core-default.xml, hadoop-tools), and those that vendors add to it. */
const HADOOP: readonly string[] = [
  ...['hdfs', 'webhdfs', 'swebhdfs', 'viewfs', 'har', 's3', 's3a', 's3n', 'gs', 'abfs', 'abfss', 'wasb'],
  ...['wasbs', 'adl', 'oss', 'cosn', 'obs', 'swift', 'sftp', 'o3fs', 'ofs', 'maprfs', 'alluxio'],
]

/** What keeps agents from recognising a URI by its beginning, to be read after the URI; undefined if nothing does. */
export function fetchSchemeProblem(uri: string): string | undefined {
  const [, scheme = '', separator] = /^(?:([a-z][a-z0-9+.-]*):(\/\/)?)?/i.exec(uri)!
  const known = scheme.toLowerCase()
  if (scheme === '') {
    return uri.startsWith('/') ? undefined : 'must start with a scheme such as https:// or file://'
  }
  if (known === 'file') {
    return /^file:\/\/(?:localhost)?\//i.test(uri)
      ? undefined
      : 'must have an absolute path on the agent, such as file:///srv/app.tgz'
  }
  if (![...OWN, ...HADOOP].includes(known)) {
    const meant = nearest(known, OWN) ?? nearest(known, HADOOP)
    return `has the scheme ${JSON.stringify(scheme)}, which neither Mesos' fetcher nor Hadoop knows: write ${meant ?? `${OWN.join(', ')}, or one of Hadoop's such as hdfs or s3a`}`
  }
  return separator === undefined ? 'must have "://" after its scheme' : undefined
}

/** The scheme of a URI that agents fetch with the program `hadoop`; undefined if they do not. */
export function hadoopScheme(uri: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase()
  return scheme !== undefined && !OWN.includes(scheme) ? scheme : undefined
}

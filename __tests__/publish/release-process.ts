import { connect } from '../../src/github/octokit.ts'
import { createFetch } from '../../src/http/fetch.ts'
import { silent } from '../../src/lib/report.ts'
import { publishToRelease } from '../../src/publish/release.ts'

/**
 * Publishes one tarball in a process of its own, which says how much memory that took at most.
 * Arguments: the tarball and the server, each as JSON.
 */
const [tarball, server] = process.argv.slice(2).map(text => JSON.parse(text))
const github = connect({
  context: { repository: { owner: 'acme', repo: 'shop' }, apiUrl: server.apiUrl },
  token: server.token,
  fetch: createFetch({ version: '1' }),
  report: silent,
})
const publish = publishToRelease(
  github,
  { serverUrl: server.serverUrl, ref: 'refs/tags/v1', tag: 'v1', sha: '' },
  { draft: false, prerelease: false, overwrite: true, checksumFile: true },
  {},
)
const [published] = await publish([tarball])
const { uri } = published!.location
console.log(JSON.stringify({ uri, kibibytes: process.resourceUsage().maxRSS }))

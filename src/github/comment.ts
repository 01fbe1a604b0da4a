import { withRetries } from '../http/retry.ts'
import { mayPass } from './errors.ts'
import type { GitHub } from './octokit.ts'

/** Who may write for the repository; a comment by anyone else that begins like ours is a trap or an accident. */
const INSIDERS: readonly string[] = ['OWNER', 'MEMBER', 'COLLABORATOR']

interface Comment {
  id: number
  body: string
}

/**
 * Writes the one comment on a pull request that begins with a marker, replacing an existing one. If there are
 * several, because two runs raced, the first remains.
 * @param marker the beginning of the body, not seen by readers
 * @throws as `GitHub.rest`
 */
export async function writeComment(
  github: GitHub,
  pull: number,
  marker: string,
  body: string,
): Promise<void> {
  const { rest, repository, retry } = github
  let failed: unknown
  await withRetries(
    async () => {
      const [first, ...others] = await find(github, pull, marker)
      for (const { id } of others) {
        await rest.issues.deleteComment({ ...repository, comment_id: id }).catch(error => {
          if (error.status !== 404) throw error
        })
      }
      if (first !== undefined) return update(github, first, body)
      try {
        await rest.issues.createComment({ ...repository, issue_number: pull, body })
      } catch (error) {
        // Perhaps only the response was lost: what is there now decides.
        failed = error
        throw error
      }
    },
    { ...retry, tries: 3, mayPass: error => error === failed && mayPass(true)(error) },
  )
}

/**
 * Rewrites each comment on a pull request that begins with a text.
 * @param rewrite gets a comment's body and returns the new one
 * @throws as `GitHub.rest`
 */
export async function rewriteComments(
  github: GitHub,
  pull: number,
  start: string,
  rewrite: (body: string) => string,
): Promise<void> {
  for (const comment of await find(github, pull, start)) {
    await update(github, comment, rewrite(comment.body))
  }
}

async function update({ rest, repository }: GitHub, { id, body: old }: Comment, body: string): Promise<void> {
  if (old !== body) await rest.issues.updateComment({ ...repository, comment_id: id, body })
}

async function find({ paginate, rest, repository }: GitHub, pull: number, start: string): Promise<Comment[]> {
  const all = await paginate(rest.issues.listComments, { ...repository, issue_number: pull, per_page: 100 })
  return all
    .flatMap(({ id, body, user, author_association }) => {
      const ours = user?.type === 'Bot' || INSIDERS.includes(author_association ?? '')
      return ours && body?.startsWith(start) ? [{ id, body }] : []
    })
    .toSorted((a, b) => a.id - b.id)
}

import { code, details, fenced } from '../../lib/markdown.ts'
import { setting } from '../../lib/setting.ts'
import type { AppDefinition } from '../../marathon/app/validate.ts'
import { unfetchable } from '../../marathon/deploy/fetchable.ts'

/**
 * How someone who reads the job summary deploys the app, as GitHub-flavoured Markdown. The runner and its files may be
 * gone by then, so they are not mentioned.
 * @param isShown whether the summary has the whole app definition, from which it can be copied
 */
export function howToDeploy(app: AppDefinition, isShown: boolean): string {
  const problems = unfetchable(app)
  if (problems.length > 0) {
    return folded(
      [
        'No agent can fetch the image from where the app definition says:',
        ...problems.map(item => `- ${item}`),
      ].join('\n'),
      `Put it where agents can, and name that place with the input ${code(setting('uri'))}, ${code(setting('uri-base'))} or ${code(setting('uri-template'))}, or publish to another target.`,
    )
  }
  return folded(
    'In a later step of this job, where `export` is the `id` of this step:',
    fenced('yaml', STEP),
    ...(isShown
      ? [
          'Anywhere else, save the app definition above as `app.json`, and run:',
          fenced('sh', command(app.id)),
        ]
      : []),
  )
}

const STEP = `- uses: mesosize/mesosize/deploy@v1
  with:
    app: \${{ steps.export.outputs.app-path }}
    marathon-url: \${{ vars.MARATHON_URL }}`

function command(id: string): string {
  // Without partialUpdate=false, Marathon keeps fields that the definition no longer has.
  return `curl -X PUT "$MARATHON_URL/v2/apps/${id.replace(/^\//, '')}?partialUpdate=false" -H 'Content-Type: application/json' -d @app.json`
}

function folded(...paragraphs: string[]): string {
  return details('How to deploy it', paragraphs.join('\n\n'))
}

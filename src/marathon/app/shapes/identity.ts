import * as v from 'valibot'
import { pathIdProblem } from '../rules.ts'
import { list, ruled, text } from './shape.ts'

// The app's id and the ids of its dependencies (types/stringTypes.raml).

export const IDENTITY = {
  id: ruled<string>(pathIdProblem),
  dependencies: v.optional(list(text('"/web/database"'), '["/web/database"]')),
}

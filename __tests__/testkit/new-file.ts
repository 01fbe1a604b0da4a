import { wordSettings } from '../../src/lib/setting.ts'
// Once in each worker.
import './equal-bytes.ts'

// Test files share a process, and one that speaks as an action does must not teach the next one to.
wordSettings((name, value) => (value === undefined ? `--${name}` : `--${name} ${value}`))

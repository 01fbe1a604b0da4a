import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Fails a CI run in which a test was skipped: there every test has what it needs. */
class NothingSkipped implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const tests = modules.flatMap(module => [...module.children.allTests()])
    const count = (state: string) => tests.filter(test => test.result().state === state).length
    const skipped = tests.filter((test: TestCase) => test.result().state === 'skipped')
    for (const test of skipped) console.error(`skipped: ${test.module.moduleId} > ${test.fullName}`)
    console.log(`Tests: ${count('passed')} passed, ${count('failed')} failed, ${skipped.length} skipped`)
    if (skipped.length > 0) process.exitCode = 1
  }
}

/** Tests of the tools of contributors: the stand-ins of tests and of the example, the fuzzer and the bench. */
const KIT = ['__tests__/{bench,fuzz,testkit}/*.e2e.test.ts', '__tests__/examples/stand-ins.e2e.test.ts']
const E2E = ['__tests__/e2e/**/*.test.ts', '__tests__/**/*.e2e.test.ts']

export default defineConfig({
  test: {
    // Only against tests that hang: how long one takes on a busy machine says nothing.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 250_000 } },
    reporters: process.env.CI ? ['default', new NothingSkipped()] : ['default'],
    // Two more than there are cores, because many tests wait for programs.
    maxWorkers: availableParallelism() + 2,
    // The files of a worker share its modules, which takes a third less time than loading them for each.
    isolate: false,
    unstubEnvs: true,
    unstubGlobals: true,
    globalSetup: ['__tests__/testkit/temporary-folder.ts'],
    setupFiles: ['__tests__/testkit/new-file.ts'],
    // Vitest starts projects in the order of their names, so the long files come first.
    projects: [
      { extends: true, test: { name: 'e2e', include: E2E, exclude: KIT } },
      { extends: true, test: { name: 'kit', include: KIT } },
      {
        extends: true,
        test: { name: 'unit', include: ['__tests__/**/*.test.ts'], exclude: E2E },
      },
    ],
  },
})

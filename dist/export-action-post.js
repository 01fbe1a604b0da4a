import { f as warning, r as getState } from "./core.js";
import { i as removeWorkspace, n as commandRunner, t as WORKSPACE_STATE } from "./state.js";
import { r as messageOf } from "./errors.js";
import { tmpdir } from "node:os";
// src/actions/export/post.ts
const workspace = getState(WORKSPACE_STATE);
if (workspace !== "") {
	const { env } = process;
	const temporary = env.RUNNER_TEMP ?? tmpdir();
	try {
		await removeWorkspace(workspace, {
			temporary,
			run: commandRunner(),
			env,
			isRoot: process.getuid?.() === 0
		});
	} catch (error) {
		warning(messageOf(error), { title: "Mesosize" });
	}
}
export {};

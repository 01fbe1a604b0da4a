import { r as messageOf, t as MesosizeError } from "./errors.js";
import { i as group } from "./core.js";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { spawn } from "node:child_process";
// src/habitat/hab/workspace.ts
/**
* Makes the folders of one run, which only this user can enter.
* @param temporary the job's folder for temporary files
*/
async function makeWorkspace(temporary) {
	const path = await mkdtemp(join(temporary, "mesosize-"));
	const home = join(path, "home");
	const keys = join(home, ".hab/cache/keys");
	const fsRoot = join(path, "root");
	const publicKeys = [keys, join(fsRoot, "hab/cache/keys")];
	for (const folder of publicKeys) await mkdir(folder, { recursive: true });
	return {
		path,
		home,
		keys,
		publicKeys,
		fsRoot
	};
}
/**
* Removes the folders of a run, also what a build left there as root.
* @param path of the workspace; it may be gone already
* @throws MesosizeError WORKSPACE_LEFT
*/
async function removeWorkspace(path, options) {
	const { temporary, run, env, isRoot } = options;
	const inside = relative(temporary, path);
	if (!/^mesosize-[^/]+$/.test(inside)) throw new MesosizeError("WORKSPACE_LEFT", `${path} is not a folder that was made in ${temporary}, so it is not removed. Remove it yourself if it is of no use.`);
	try {
		await makeWritable(path);
		await rm(path, {
			recursive: true,
			force: true
		});
	} catch (error) {
		if ((isRoot ? 1 : await run({
			program: "sudo",
			args: [
				"-n",
				"rm",
				"-rf",
				"--one-file-system",
				"--",
				path
			],
			env: { PATH: env.PATH ?? "" }
		}, () => {}).catch(() => 1)) === 0) return;
		throw new MesosizeError("WORKSPACE_LEFT", `${path} cannot be removed: ${messageOf(error)}. Remove it as root; it holds packages and, after a build that was killed, perhaps the origin key.`, { cause: error });
	}
}
async function makeWritable(folder) {
	const members = await readdir(folder, { withFileTypes: true }).catch(async (error) => {
		if (error.code === "ENOENT") return [];
		await chmod(folder, 448);
		return readdir(folder, { withFileTypes: true });
	});
	for (const member of members) {
		if (!member.isDirectory()) continue;
		const path = join(folder, member.name);
		await chmod(path, 448);
		await makeWritable(path);
	}
}
// src/actions/shared/run-command.ts
/**
* Runs programs, each in a group of the step's log that is named after its command line. Lines of their output
* that look like workflow commands are no more than lines: a build's log has other authors than the workflow.
* @param signal ends the program that runs; the toolkit's own `exec` cannot do that, and the runner soon kills
*   an action that goes on after it was cancelled
*/
function commandRunner(signal) {
	return ({ program, args, env, cwd }, onOutput) => group([basename(program), ...args].join(" "), async () => {
		const token = randomUUID();
		process.stdout.write(`::stop-commands::${token}\n`);
		try {
			const child = spawn(program, args, {
				env: { ...env },
				cwd,
				signal,
				stdio: [
					"ignore",
					"pipe",
					"pipe"
				]
			});
			for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => {
				process.stdout.write(chunk);
				onOutput(chunk);
			});
			const [status] = await once(child, "close");
			return status ?? 128;
		} finally {
			process.stdout.write(`\n::${token}::\n`);
		}
	});
}
// src/actions/export/state.ts
/** Under which name main tells post of the folder that is to be removed. */
const WORKSPACE_STATE = "workspace";
export { removeWorkspace as i, commandRunner as n, makeWorkspace as r, WORKSPACE_STATE as t };

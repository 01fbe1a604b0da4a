import { t as MesosizeError } from "./errors.js";
// src/habitat/package/target.ts
/** The targets that Habitat knows (components/core/src/package/target.rs). */
const TARGETS = [
	"x86_64-linux",
	"x86_64-linux-kernel2",
	"aarch64-linux",
	"x86_64-windows",
	"aarch64-windows",
	"x86_64-darwin",
	"aarch64-darwin"
];
/** The targets whose packages a Mesos agent can run. */
const LINUX_TARGETS = TARGETS.filter((target) => target.includes("-linux"));
/** @throws MesosizeError TARGET_UNKNOWN */
function checkTarget(target, where) {
	if (!TARGETS.includes(target)) throw new MesosizeError("TARGET_UNKNOWN", `${where} has the target ${JSON.stringify(target)}, which Habitat does not know. Use one of ${TARGETS.join(", ")}.`);
	return target;
}
export { TARGETS as n, checkTarget as r, LINUX_TARGETS as t };

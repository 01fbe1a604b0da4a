import { t as MesosizeError } from "./errors.js";
import { _ as portProblem, a as countProblem, f as instancesProblem, g as portNameProblem, m as memProblem, o as cpusProblem, p as labelKeyProblem, r as appIdProblem, s as diskProblem, u as fetchUriProblem, v as secondsProblem } from "./url.js";
// src/marathon/app/request.ts
function isObject(value) {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
// src/marathon/app/checks/problem.ts
/** A value's problem by one of the rules, if it has one; to Marathon null is as good as absent. */
function* checked(path, value, rule) {
	if (value === void 0 || value === null) return;
	const problem = rule(value);
	if (problem) yield {
		path,
		value,
		problem
	};
}
/** The members of a field that must be a list; a problem instead where it is none. */
function* list(path, value, each) {
	if (value === void 0 || value === null) return;
	if (!Array.isArray(value)) yield {
		path,
		value,
		problem: "must be a list"
	};
	else for (const [index, item] of value.entries()) yield* each(`${path}(${index})`, item, index);
}
/** Problems of the members that come a second time by some key; members without the key do not count. */
function* repeated(path, value, keyOf, problem) {
	const seen = /* @__PURE__ */ new Map();
	for (const [index, item] of (Array.isArray(value) ? value : []).entries()) {
		const key = keyOf(item);
		if (key === void 0 || key === null) continue;
		const first = seen.get(key);
		if (first) yield {
			path: `${path}(${index})`,
			value: key,
			problem: problem(first)
		};
		else seen.set(key, `${path}(${index})`);
	}
}
// src/marathon/app/checks/environment.ts
/** Linux gives one string of the environment, `KEY=value` with its end, so many bytes (MAX_ARG_STRLEN). */
const STRING_LIMIT = 131072;
/** env, secrets and labels (api/v2/validation/EnvVarValidation.scala, SecretValidation.scala). */
function* environmentProblems({ env, secrets, labels }) {
	yield* members("/env", env, (path, key, value) => variableProblems(path, key, value, secrets));
	yield* labelProblems("/labels", labels);
}
function* labelProblems(path, labels) {
	yield* members(path, labels, function* (at, key, value) {
		yield* checked(at, key, labelKeyProblem);
		if (typeof value !== "string") yield {
			path: at,
			value,
			problem: "must be text: put it in quotes"
		};
	});
}
function* variableProblems(path, key, value, secrets) {
	if (key === "") yield {
		path,
		problem: "a variable must have a name"
	};
	if (typeof value === "string") {
		const size = Buffer.byteLength(`${key}=${value}`) + 1;
		if (size > STRING_LIMIT) yield {
			path,
			problem: `takes ${size} bytes with its name, and Linux allows ${STRING_LIMIT} for one variable: shorten it, or put it into a file of the package`
		};
		if (`${key}${value}`.includes("\0")) yield {
			path,
			problem: "has a NUL, which ends a variable: remove it"
		};
	} else if (!isObject(value) || typeof value.secret !== "string" || value.secret === "") yield {
		path,
		problem: "must be text, or {\"secret\": \"NAME\"}: put a number or boolean in quotes"
	};
	else if (!isObject(secrets) || !Object.hasOwn(secrets, value.secret)) yield {
		path,
		value,
		problem: "refers to a secret that is not among the app's \"secrets\": add it there"
	};
}
function* members(path, value, each) {
	if (value === void 0 || value === null) return;
	if (!isObject(value)) yield {
		path,
		problem: "must be an object of names and values"
	};
	else for (const [key, member] of Object.entries(value)) yield* each(`${path}/${key}`, key, member);
}
// src/marathon/app/checks/fetch.ts
/** fetch, and the older uris (types/artifact.raml, api/v2/Validation.scala; duplicates: MESOS-9172). */
function* fetchProblems({ fetch, uris }) {
	yield* list("/fetch", fetch, artifactProblems);
	yield* list("/uris", uris, (path, uri) => checked(path, uri, fetchUriProblem));
	const uriOf = (item) => isObject(item) ? item.uri : void 0;
	const twice = (first) => `is fetched by ${first} already: remove one`;
	yield* repeated("/fetch", fetch, uriOf, twice);
	yield* repeated("/uris", uris, (uri) => uri, twice);
	yield* repeated("/fetch", fetch, (item) => isObject(item) ? item.destPath : void 0, (first) => `is the destPath of ${first} too: give it another`);
	if (Array.isArray(fetch) && fetch.length > 0 && Array.isArray(uris) && uris.length > 0) yield {
		path: "/uris",
		problem: "cannot stand beside fetch: keep one of the two"
	};
}
function* artifactProblems(path, artifact) {
	if (!isObject(artifact)) {
		yield {
			path,
			value: artifact,
			problem: "must be an object such as {\"uri\": \"https://example.com/app.tgz\"}"
		};
		return;
	}
	yield* checked(`${path}/uri`, artifact.uri ?? "", fetchUriProblem);
	yield* checked(`${path}/destPath`, artifact.destPath, (value) => typeof value === "string" && isInside(value) ? void 0 : "must be a relative path of 1 to 1024 characters inside the sandbox, such as \"app.tgz\"");
	for (const name of [
		"extract",
		"executable",
		"cache"
	]) yield* checked(`${path}/${name}`, artifact[name], (value) => typeof value === "boolean" ? void 0 : "must be true or false");
}
function isInside(path) {
	return path.length >= 1 && path.length <= 1024 && !path.startsWith("/") && !path.split("/").includes("..");
}
// src/marathon/app/checks/ports.ts
const PROTOCOLS$1 = [
	"tcp",
	"udp",
	"udp,tcp"
];
/** portDefinitions, and the older ports (api/v2/validation/AppValidation.scala, types/network.raml). */
function* portProblems({ portDefinitions, ports }) {
	yield* list("/portDefinitions", portDefinitions, definitionProblems);
	yield* repeated("/portDefinitions", portDefinitions, (item) => isObject(item) ? item.name : void 0, (first) => `is the name of ${first} too: names of ports must be unique`);
	yield* repeated("/portDefinitions", portDefinitions, (item) => isObject(item) && item.port !== 0 ? item.port : void 0, (first) => `is the number of ${first} too: numbers must be unique; one entry may have the protocol "udp,tcp"`);
	yield* list("/ports", ports, (path, port) => checked(path, port, portProblem));
	if (Array.isArray(ports) && ports.length > 0 && Array.isArray(portDefinitions) && portDefinitions.length > 0) yield {
		path: "/ports",
		problem: "cannot stand beside portDefinitions: remove it"
	};
}
function* definitionProblems(path, definition) {
	if (!isObject(definition)) {
		yield {
			path,
			value: definition,
			problem: "must be an object such as {\"port\": 0, \"name\": \"http\"}"
		};
		return;
	}
	yield* checked(`${path}/port`, definition.port, portProblem);
	yield* checked(`${path}/name`, definition.name, portNameProblem);
	yield* checked(`${path}/protocol`, definition.protocol, (value) => PROTOCOLS$1.includes(value) ? void 0 : "must be \"tcp\", \"udp\" or \"udp,tcp\"");
	yield* labelProblems(`${path}/labels`, definition.labels);
}
/** How many ports a health check can point at: of the container where it has mappings, or else of the host. */
function portCount({ container, portDefinitions, ports }) {
	const docker = isObject(container) && isObject(container.docker) ? container.docker : {};
	const counted = [
		isObject(container) && container.portMappings || docker.portMappings,
		portDefinitions,
		ports
	].find(Array.isArray);
	return counted ? counted.length : 1;
}
// src/marathon/app/checks/health.ts
const MARATHON_PROTOCOLS = [
	"HTTP",
	"HTTPS",
	"TCP"
];
const MESOS_PROTOCOLS = [
	"MESOS_HTTP",
	"MESOS_HTTPS",
	"MESOS_TCP"
];
const PROTOCOLS = [
	...MARATHON_PROTOCOLS,
	...MESOS_PROTOCOLS,
	"COMMAND"
];
/** healthChecks (api/v2/validation/AppValidation.scala, types/healthCheck.raml). */
function* healthProblems(app) {
	const ports = portCount(app);
	yield* list("/healthChecks", app.healthChecks, (path, check) => checkProblems(path, check, ports));
	const byMesos = (Array.isArray(app.healthChecks) ? app.healthChecks.filter(isObject) : []).filter(({ protocol }) => MESOS_PROTOCOLS.includes(protocol));
	if (byMesos.length > 1) yield {
		path: "/healthChecks",
		problem: `has ${byMesos.length} checks by Mesos (${MESOS_PROTOCOLS.join(", ")}): keep one`
	};
}
function* checkProblems(path, check, ports) {
	if (!isObject(check)) {
		yield {
			path,
			value: check,
			problem: "must be an object such as {\"protocol\": \"MESOS_HTTP\", \"portIndex\": 0}"
		};
		return;
	}
	const { portIndex, port } = check;
	const protocol = check.protocol ?? "HTTP";
	if (!PROTOCOLS.includes(protocol)) yield {
		path: `${path}/protocol`,
		value: protocol,
		problem: `must be one of ${PROTOCOLS.join(", ")}`
	};
	else if (protocol === "COMMAND") {
		const command = isObject(check.command) ? check.command.value : void 0;
		if (typeof command !== "string" || command === "") yield {
			path: `${path}/command`,
			problem: "must be {\"value\": \"the command line\"} with the protocol COMMAND"
		};
	} else if ((portIndex ?? port ?? null) === null && ports !== 1) yield {
		path,
		problem: `must say which of the app's ${ports} ports it asks: add portIndex, counted from 0`
	};
	yield* checked(`${path}/portIndex`, portIndex, (value) => Number.isInteger(value) && value >= 0 && value < ports ? void 0 : `must be the place of one of the app's ${ports} ports, counted from 0`);
	yield* checked(`${path}/port`, port, portProblem);
	yield* checked(`${path}/path`, check.path, (value) => typeof value === "string" ? void 0 : "must be text, such as \"/health\"");
	for (const name of [
		"gracePeriodSeconds",
		"intervalSeconds",
		"timeoutSeconds",
		"delaySeconds"
	]) yield* checked(`${path}/${name}`, check[name], secondsProblem);
	yield* checked(`${path}/maxConsecutiveFailures`, check.maxConsecutiveFailures, countProblem);
}
// src/marathon/app/checks/process.ts
/** What runs, and as whom: cmd, args, container, user (api/v2/validation/AppValidation.scala). */
function* processProblems({ cmd, args, container, user }) {
	yield* checked("/cmd", cmd, (value) => typeof value === "string" && value.length > 1 ? void 0 : "must be a command of at least two characters");
	yield* list("/args", args, (path, item) => checked(path, item, (value) => typeof value === "string" ? void 0 : "must be text"));
	const hasCmd = cmd !== void 0 && cmd !== null;
	const hasArgs = Array.isArray(args) && args.length > 0;
	if (hasCmd && hasArgs) yield {
		path: "/",
		problem: "has both cmd and args, where Marathon takes one: remove args"
	};
	else if (!hasCmd && !hasArgs && !hasImage(container)) yield {
		path: "/",
		problem: "has nothing to run: give it cmd, args or a container with an image"
	};
	yield* checked("/user", user, (value) => typeof value === "string" && value !== "" ? void 0 : "must be the name of an account, such as \"root\"");
}
function hasImage(container) {
	return isObject(container) && (isObject(container.docker) || isObject(container.appc));
}
// src/marathon/app/checks/scheduling.ts
/** Resources, placement and the pace of changes (types/app.raml, api/v2/validation/SchedulingValidation.scala). */
function* schedulingProblems(app) {
	yield* checked("/cpus", app.cpus, cpusProblem);
	yield* checked("/mem", app.mem, memProblem);
	yield* checked("/disk", app.disk, diskProblem);
	yield* checked("/instances", app.instances, instancesProblem);
	yield* checked("/taskKillGracePeriodSeconds", app.taskKillGracePeriodSeconds, secondsProblem);
	yield* list("/constraints", app.constraints, (path, constraint) => checked(path, constraint, constraintProblem));
	yield* upgradeProblems(app.upgradeStrategy);
}
const OPERATORS = [
	"UNIQUE",
	"CLUSTER",
	"GROUP_BY",
	"LIKE",
	"UNLIKE",
	"MAX_PER",
	"IS"
];
function constraintProblem(constraint) {
	if (!Array.isArray(constraint) || constraint.length < 2 || constraint.length > 3 || !constraint.every((part) => typeof part === "string")) return "must be a list of two or three texts, such as [\"hostname\", \"UNIQUE\"]";
	const [field, operator, value] = constraint;
	const name = operator.toUpperCase();
	if (field === "") return "must start with a field, such as \"hostname\"";
	if (!OPERATORS.includes(name)) return `must have one of ${OPERATORS.join(", ")} in its second place`;
	if (name === "UNIQUE") return value === void 0 ? void 0 : "must have no value: UNIQUE takes none";
	if (name === "GROUP_BY" && value === void 0) return void 0;
	if (!value) return `must have a value in its third place: ${name} needs one`;
	return ["GROUP_BY", "MAX_PER"].includes(name) && !/^[+-]?\d+$/.test(value) ? `must have a whole number in its third place, such as "2": ${name} needs one` : void 0;
}
function* upgradeProblems(strategy) {
	if (strategy === void 0 || strategy === null) return;
	for (const name of ["minimumHealthCapacity", "maximumOverCapacity"]) {
		const value = isObject(strategy) ? strategy[name] : void 0;
		if (typeof value === "number" && value >= 0 && value <= 1) continue;
		yield {
			path: `/upgradeStrategy/${name}`,
			value,
			problem: "must be a number from 0 to 1, and both must be given"
		};
	}
}
// src/marathon/app/validate.ts
/**
* Checks an app definition against the rules that Marathon 1.4 to 1.11 checks it by, before Marathon does.
* Fields that are not known here pass: Marathon ignores those that it does not know either.
* @throws MesosizeError APP_INVALID, with every problem
*/
function validateApp(app) {
	const problems = [...problemsOf(app)];
	if (problems.length === 0) return app;
	throw new MesosizeError("APP_INVALID", [
		"Marathon would refuse the app definition:",
		...problems.map(({ path, value, problem }) => value === void 0 ? `  ${path}: ${problem}` : `  ${path}: ${shown(value)} ${problem}`),
		"Change the option or the patch that set it."
	].join("\n"));
}
function* problemsOf(app) {
	const problem = appIdProblem(app.id);
	if (problem) yield {
		path: "/id",
		value: app.id,
		problem
	};
	yield* processProblems(app);
	yield* schedulingProblems(app);
	yield* environmentProblems(app);
	yield* fetchProblems(app);
	yield* portProblems(app);
	yield* healthProblems(app);
}
/** A value as JSON, short enough to be read, without the password of a URI. */
function shown(value) {
	const text = JSON.stringify(value).replace(/\/\/[^/@"]*@/g, "//...@");
	return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
export { validateApp as n, isObject as r, shown as t };

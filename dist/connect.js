import { f as noteRetries, t as createFetch } from "./fetch.js";
import { i as createAuthorization, r as createMarathon, t as createAgents } from "./agents.js";
// src/cli/connect.ts
/** Makes what a command needs to speak to a Marathon and to the agents of its cluster. */
async function connect({ urls, credentials, ca }, { version, report, signal }) {
	const fetch = createFetch({
		version,
		signal,
		ca
	});
	const retry = noteRetries(report);
	const authorization = createAuthorization(credentials, urls[0], {
		fetch,
		report,
		signal,
		retry
	});
	const marathon = await createMarathon({
		urls,
		authorization,
		fetch,
		report,
		signal,
		retry
	});
	return {
		fetch,
		marathon,
		agents: createAgents(marathon, {
			fetch,
			authorization,
			signal
		})
	};
}
export { connect as t };

import { n as formatIdent } from "./ident.js";
// src/image/layers.ts
/** `auto`: what is built together with the service, and everything else. `package`: each package by itself. */
const LAYERINGS = ["auto", "package"];
/**
* Divides a root filesystem into layers, in the order in which they have to be unpacked. The first holds everything
* generated, the parents of all packages too, so that no directory is in two layers; packages are disjoint, and
* nothing of one lies under a symlink of another.
* @param parts as `layOut` gives them: what is generated, then a part per package
*/
function divide(parts, closure, layering) {
	const [generated, ...packages] = parts;
	if (layering === "package") return [[generated], ...onePerPackage(packages, closure)];
	const changing = namesOfChanging(closure);
	return [[generated, ...packages.filter(({ name }) => changing.has(name))], packages.filter(({ name }) => !changing.has(name))];
}
/** The service, and what comes from the origins of the requested packages, unless Habitat's own come from there. */
function namesOfChanging({ packages, service, requested, supervisor, launcher, busybox, cacerts }) {
	const base = [
		supervisor,
		launcher,
		busybox,
		cacerts
	].map(({ metadata }) => metadata.ident.origin);
	const own = requested.map(({ metadata }) => metadata.ident.origin).filter((origin) => !base.includes(origin));
	const changing = packages.filter((each) => each === service || own.includes(each.metadata.ident.origin));
	return new Set(changing.map(({ metadata }) => formatIdent(metadata.ident)));
}
/** Where that would be too many layers, the smallest packages share one. */
function onePerPackage(parts, { packages }) {
	if (parts.length <= 149) return parts.map((part) => [part]);
	const sizes = new Map(packages.map(({ metadata }) => [formatIdent(metadata.ident), metadata.size]));
	const bySize = parts.toSorted((a, b) => sizes.get(b.name) - sizes.get(a.name));
	const small = new Set(bySize.slice(148));
	return [...parts.filter((part) => !small.has(part)).map((part) => [part]), parts.filter((part) => small.has(part))];
}
export { divide as n, LAYERINGS as t };

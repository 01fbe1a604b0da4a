import{createHash as e}from"node:crypto";import{readFileSync as t}from"node:fs";function n(e){let t=a(`page.css`),n=a(`inspect-page.js`);return`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${[`default-src 'none'`,`style-src '${i(t)}'`,`script-src '${i(n)}'`,`base-uri 'none'`,`form-action 'none'`].join(`; `)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Contents of an image</title>
<style>${t}</style>
</head>
<body>
<main></main>
<noscript>This page draws itself with a script. Allow scripts for this file, or run "mesosize inspect" without --html.</noscript>
<script type="application/json" id="contents">${r(e)}<\/script>
<script>${n}<\/script>
</body>
</html>
`}function r(e){let t=e=>({...e,sha256:void 0}),n={...e,generated:e.generated.map(t),packages:e.packages.map(e=>({...e,files:e.files.map(t)}))};return JSON.stringify(n).replaceAll(`<`,`\\u003c`)}function i(t){return`sha256-${e(`sha256`).update(t).digest(`base64`)}`}function a(e){return t(new URL(e,import.meta.url),`utf8`).trim()}export{n as contentsPage};
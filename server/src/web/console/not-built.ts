import { type Page, pagePolicy } from './pages.js';

/** The page that is served when the console was not built, for example during `npm run dev`. */
export const NOT_BUILT_PAGE: Page = {
  contentSecurityPolicy: pagePolicy([]),
  html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wardbell</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}</style>
</head>
<body>
<h1>Wardbell is running</h1>
<p>The console has not been built. <code>npm run build</code> builds it; <code>npm start</code> does so by itself.</p>
<p><a href="/api/docs">API documentation</a> · <a href="/health">Health</a></p>
</body>
</html>
`,
};

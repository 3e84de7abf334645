// The card of a member without a connection: what was seen last, with its number and code. Only what lies under /card/.
"use strict";
const CACHE = "card-1";
const PATIENCE = 6000;
const PAGE = /^\/card\/[^/.]+$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(card(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

async function card(request) {
  const cache = await caches.open(CACHE);
  const kept = (await cache.match(request)) || (await cache.match(request, { ignoreSearch: true }));
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    if (answer.status === 404) await cache.delete(request, { ignoreSearch: true }); // it was ended
    return answer.status >= 429 && kept ? marked(kept) : answer;
  } catch (error) {
    if (kept) return marked(kept);
    throw error;
  }
}

// The page says that it is an older one: only this script knows.
async function marked(kept) {
  const text = (await kept.text()).replace("<html ", "<html data-offline ");
  return new Response(text, { headers: kept.headers });
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

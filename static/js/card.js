// The card of a member: kept for when there is no connection, bright and awake at the till.
(function () {
  "use strict";
  const CACHE = "card-1";
  const AGE = 5 * 60 * 1000;

  async function keep() {
    await navigator.serviceWorker.register("/card/worker.js", { scope: "/card/" });
    await navigator.serviceWorker.ready;
    if (document.documentElement.hasAttribute("data-offline")) return;
    const cache = await caches.open(CACHE);
    const used = performance
      .getEntriesByType("resource")
      .map((one) => one.name)
      .filter((name) => name.startsWith(`${location.origin}/static/`));
    const known = await cache.keys();
    const stale = known.filter((one) => new URL(one.url).pathname.startsWith("/static/") && !used.includes(one.url));
    await Promise.all(stale.map((one) => cache.delete(one)));
    await Promise.all([location.href, ...new Set(used)].map((address) => cache.add(address).catch(() => undefined)));
    document.documentElement.dataset.kept = "";
  }
  if ("serviceWorker" in navigator && window.caches) keep().catch(() => undefined);

  // A card that was ended or replaced leaves nothing on this phone.
  document.querySelectorAll("form[data-ends]").forEach((form) =>
    form.addEventListener("submit", () => {
      if (window.caches) caches.delete(CACHE);
    })
  );

  // At the till the screen must not go dark.
  let awake = null;
  async function stay() {
    const isShown = location.hash === "#till";
    try {
      if (isShown && !awake && navigator.wakeLock) awake = await navigator.wakeLock.request("screen");
      else if (!isShown && awake) {
        await awake.release();
        awake = null;
      }
    } catch {
      awake = null;
    }
  }
  window.addEventListener("hashchange", stay);
  stay();
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && location.hash === "#till") location.hash = "#main";
  });

  document.querySelectorAll("[data-share]").forEach((button) => {
    if (!navigator.share) return;
    button.hidden = false;
    button.addEventListener("click", () => navigator.share({ url: button.dataset.share }).catch(() => undefined));
  });

  const shownAt = Date.now();
  window.addEventListener("online", () => location.reload());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || location.hash === "#till") return;
    awake = null;
    if (navigator.onLine && Date.now() - shownAt > AGE) location.reload();
  });
})();

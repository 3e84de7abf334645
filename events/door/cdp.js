// The shop's own tracking script, served at /cdp.js without its comments and indentation (events/door/script.py).
//
//   <script async src="https://crm.example/cdp.js" data-key="wk_…"></script>
//
// One name is left behind, `cdp` (or data-name). Calls before the script has come are kept in an array of that name:
//   (window.cdp = window.cdp || []).push(["track", "Product Viewed", {sku: "A-1"}])
// Names and arguments are those of analytics.js: page, track, identify, group, alias, reset, ready; and consent.
//
// Consent has three states. Unknown: nothing is stored on the device and nothing is sent; events wait in memory for the
// word and go with the page. Given: one id and the queue are stored. Denied: what was stored is removed and nothing is
// sent any more but, once, that an earlier yes was taken back. A browser that asks not to be tracked is asked by nobody,
// so it stays unknown until the visitor allows it. A comment has its own line.
(() => {
  "use strict";
  const doc = document, nav = navigator, win = window, loc = location;
  const tag = doc.currentScript || doc.querySelector("script[data-key][src*='cdp.js']");
  const set = (tag && tag.dataset) || {};
  const key = set.key, name = set.name || "cdp";
  const early = win[name];
  if (!key || (early && early.version)) return;
  const host = (set.host || new URL(tag.src).origin).replace(/\/$/, "");
  const MINUTE = 6e4, AWAY = 30 * MINUTE, PATIENCE = 5000, MOST = 200, CHUNK = 6e4, BATCH = 4e5, VERSION = "1";
  const SHELF = "cdp:" + key.slice(-8);
  const signal = nav.globalPrivacyControl || nav.doNotTrack === "1" || win.doNotTrack === "1";
  const now = () => Date.now();
  const iso = (time) => new Date(time).toISOString();
  const object = (value) => value && typeof value === "object" && !Array.isArray(value);
  const safe = (work) => (...given) => { try { return work(...given); } catch { /* A shop's page never breaks for us. */ } };

  const random = (bytes) => [...crypto.getRandomValues(new Uint8Array(bytes))].map((n) => n.toString(16).padStart(2, "0")).join("");
  const uuid = () => { const hex = random(16); return hex.slice(0, 8) + "-" + hex.slice(8, 12) + "-4" + hex.slice(13, 16) + "-a" + hex.slice(17, 20) + "-" + hex.slice(20); };

  // What is stored, and only after consent: who it is in localStorage, the queue of this tab in sessionStorage.
  const read = (store) => { try { return JSON.parse(win[store].getItem(SHELF)); } catch { return null; } };
  const write = (store, value) => { try { value ? win[store].setItem(SHELF, JSON.stringify(value)) : win[store].removeItem(SHELF); } catch { /* Full, or forbidden: memory serves. */ } };

  let consents = null, me = { id: uuid() }, queue = [], flying = false, leaving = false, timer = 0, due = 0, tries = 0;
  let view = null, shownAt = 0, campaign = {}, path = "", referrer = "";

  const allowed = () => !!consents && consents.measurement === true;
  const denied = () => !!consents && !allowed();
  const keep = () => {
    if (!allowed()) return;
    write("localStorage", { ...me, consents });
    write("sessionStorage", queue.length ? queue.map((event) => (under.has(event.messageId) ? { ...event, under: Math.min(under.get(event.messageId), now()) } : event)) : null);
  };
  // The queue of the tab, as the page before left it.
  const shelf = () => (read("sessionStorage") || []).map(({ under: since, ...event }) => { if (since) under.set(event.messageId, Math.min(since, now())); return event; });

  const consent = (told, shown) => {
    if (!object(told)) return consents && { ...consents };
    const was = allowed();
    if (shown) me.shown = String(shown);
    consents = { ...consents, ...told };
    if (allowed()) {
      // Somebody who was here before goes on under the id of then; what waited in memory is theirs.
      const old = read("localStorage");
      if (old && old.id && old.id !== me.id && (!me.user || me.user === old.user)) {
        for (const event of queue) if (event.anonymousId === me.id) event.anonymousId = old.id;
        me = { ...me, id: old.id, user: me.user || old.user };
      }
      for (const event of queue) event.context.consent = choice();
      keep();
      send();
    } else {
      if (told.measurement === false) {
        write("localStorage", null);
        write("sessionStorage", null);
      }
      // The last word under the old name, so that the person's own permission is taken back, too. It is all that is
      // strictly necessary: what happened before is not told any more, and what happens now neither.
      const last = was && { type: "track", event: "Segment Consent Preference Updated", messageId: "cdp-" + uuid(), timestamp: new Date().toISOString(), anonymousId: me.id, userId: me.user, context: { consent: choice() } };
      me = { id: uuid(), shown: me.shown };
      queue = last ? [last] : [];
      send();
    }
    return { ...consents };
  };
  const choice = () => ({ categoryPreferences: { ...consents, measurement: allowed() }, shown: me.shown });

  // Addresses are told without what follows the question mark: it holds what people typed and who they are.
  const bare = (address) => { try { const url = new URL(address, loc.href); return /^https?:|^android-app:/.test(url.protocol) ? (url.origin === "null" ? url.protocol + "//" + url.host : url.origin) + url.pathname : ""; } catch { return ""; } };
  const page = () => ({ path: loc.pathname, url: bare(loc.href), referrer, title: doc.title.slice(0, 200) });
  const param = (names) => { const query = new URLSearchParams(loc.search); for (const one of names) if (query.get(one)) return query.get(one).slice(0, 200); return ""; };
  const campaigns = () => {
    const found = {};
    for (const part of ["source", "medium", "campaign", "term", "content"]) { const value = param(["utm_" + part]); if (value) found[part === "campaign" ? "name" : part] = value; }
    if (!found.source && param(["gclid"])) { found.source = "google"; found.medium = "cpc"; }
    if (!found.source && param(["msclkid"])) { found.source = "bing"; found.medium = "cpc"; }
    return found;
  };

  const put = (type, fields, options, callback) => {
    const at = (options && options.timestamp && new Date(options.timestamp)) || new Date();
    if (!denied()) {
      const context = { page: page(), library: { name: "cdp.js", version: VERSION }, locale: nav.language, timezone: zone, consent: choice() };
      if (Object.keys(campaign).length) context.campaign = campaign;
      if (nav.webdriver) context.automated = true;
      if (object(options) && object(options.context)) Object.assign(context, options.context);
      const event = { type, messageId: "cdp-" + uuid(), timestamp: at.toISOString(), anonymousId: me.id, ...fields, context };
      if (me.user && !event.userId) event.userId = me.user;
      if (me.group) context.groupId = me.group;
      if (size(event) < 3e4) queue.push(event);
      // The oldest go first, except the page that somebody came in by.
      while (queue.length > MOST) queue.splice(1, 1);
      keep();
      if (consents) soon(type === "page" ? 300 : 1000);
    }
    if (typeof callback === "function") setTimeout(safe(callback), 0);
  };
  let zone;
  safe(() => { zone = Intl.DateTimeFormat().resolvedOptions().timeZone; })();

  // Bytes, not characters: a Thai letter has three.
  const size = (value) => new Blob([JSON.stringify(value)]).size;
  const soon = (wait) => {
    if (flying || (timer && due <= now() + wait)) return;
    clearTimeout(timer);
    due = now() + wait;
    timer = setTimeout(safe(() => { timer = 0; send(); }), wait);
  };
  const portion = (events, limit) => {
    let room = limit - 200, count = 0;
    while (count < events.length && count < 100 && (room -= size(events[count]) + 1) >= 0) count++;
    return events.slice(0, count);
  };
  // What is under way and lives on without the page, and since when: of this page until it is answered, of a page before,
  // whose answer nobody hears any more, for a while. Whoever leaves meanwhile need not send it once more.
  const under = new Map();
  const waiting = () => queue.filter((event) => !(under.get(event.messageId) + PATIENCE > now()));
  // A page that is about to go is told that it failed, though it lives on.
  const post = (events, keepalive) => {
    if (keepalive) for (const event of events) under.set(event.messageId, Infinity);
    return fetch(host + "/v1/batch", {
      method: "POST", keepalive, credentials: "omit", referrerPolicy: "no-referrer", headers: { "Content-Type": "text/plain" },
      body: JSON.stringify({ writeKey: key, sentAt: iso(now()), batch: events }),
    }).finally(() => { for (const event of events) leaving ? under.set(event.messageId, now()) : under.delete(event.messageId); });
  };
  const drop = (events) => { const gone = new Set(events.map((event) => event.messageId)); queue = queue.filter((event) => !gone.has(event.messageId)); keep(); };

  const send = safe(() => {
    if (!queue.length || flying || !consents) return;
    clearTimeout(timer);
    timer = 0;
    const next = waiting();
    if (!next.length) return soon(PATIENCE);
    // A browser lets little live on without its page, and other scripts share that: long queues and repetitions do without.
    const alive = !tries && size(next) < CHUNK - 200, events = portion(next, alive ? CHUNK : BATCH);
    flying = true;
    post(events, alive).then((answer) => {
      const again = answer.status === 429 || answer.status >= 500;
      if (!again) { tries = 0; drop(events); }
      return again ? Math.min(300, parseInt(answer.headers.get("Retry-After"), 10) || 0) * 1000 || -1 : 0;
    }, () => -1).then((wait) => {
      flying = false;
      if (wait) soon(wait > 0 ? wait : Math.min(MINUTE, 1000 * 2 ** tries++) * (0.9 + Math.random() / 5));
      else if (queue.length) send();
    });
  });

  // On the way out: a browser lets 64 KB live on. What does not fit, and what fails, is in the queue of the tab; whatever
  // arrives twice has the same messageId. Nobody knows whether the next page has this script, or whether there is one.
  const leave = safe(() => {
    look();
    // Before an answer nothing leaves; what waits is there if the visitor comes back to this page and gives it.
    if (!consents) return;
    const events = portion(waiting(), CHUNK - size(queue.filter((event) => under.get(event.messageId) === Infinity)));
    if (events.length) post(events, true).then((answer) => { if (answer.ok) drop(events); }, () => {}).then(() => { if (consents && queue.length) soon(1000); });
    keep();
  });

  // Time on a page is the time it could be seen, told whenever it is hidden and every five minutes.
  const look = safe(() => {
    if (!view) return;
    if (shownAt) { view.shown += now() - shownAt; shownAt = doc.visibilityState === "visible" ? now() : 0; }
    const seconds = Math.round((view.shown - view.told) / 1000);
    if (seconds < 1 && view.depth <= view.depthTold) return;
    view.told += seconds * 1000;
    view.depthTold = view.depth;
    put("track", { event: "Page Engaged", properties: { view: view.id, path: view.path, seconds, scroll: view.depth } });
  });
  const depth = safe(() => {
    const root = doc.documentElement, whole = Math.max(root.scrollHeight, 1);
    if (view) view.depth = Math.max(view.depth, Math.min(100, Math.round(((win.scrollY + win.innerHeight) / whole) * 100)));
  });

  const text = (value) => (typeof value === "string" ? value : undefined);
  const rest = (given) => {
    const callback = given.find((one) => typeof one === "function");
    const plain = given.filter((one) => typeof one !== "function");
    return [plain, callback];
  };
  const api = {
    version: VERSION,
    // page([category], [name], [properties], [options], [callback])
    page: (...given) => {
      const [plain, callback] = rest(given);
      const words = plain.filter((one) => typeof one === "string"), objects = plain.filter(object);
      const [category, title] = words.length > 1 ? words : [undefined, words[0]];
      begin();
      put("page", { name: title, category, properties: { ...page(), ...objects[0], view: view.id } }, objects[1], callback);
      search();
    },
    // track(event, [properties], [options], [callback])
    track: (...given) => {
      const [[event, properties, options], callback] = rest(given);
      if (text(event)) put("track", { event, properties: object(properties) ? properties : {} }, options, callback);
    },
    // identify([userId], [traits], [options], [callback])
    identify: (...given) => {
      let [[user, traits, options], callback] = rest(given);
      if (object(user)) [user, traits, options] = [undefined, user, traits];
      if (user != null && user !== "") {
        // Another person on the same device is another visitor.
        if (me.user && me.user !== String(user)) me = { id: uuid() };
        if (!denied()) { me.user = String(user); keep(); }
      }
      put("identify", { userId: user == null ? undefined : String(user), traits: object(traits) ? traits : {} }, options, callback);
    },
    // group(groupId, [traits], [options], [callback])
    group: (...given) => {
      const [[group, traits, options], callback] = rest(given);
      if (group == null) return;
      if (!denied()) me.group = String(group);
      put("group", { groupId: String(group), traits: object(traits) ? traits : {} }, options, callback);
    },
    // alias(to, [from], [options], [callback])
    alias: (...given) => {
      const [[to, from, options], callback] = rest(given);
      if (to != null) put("alias", { userId: String(to), previousId: text(from) || me.user || me.id }, options, callback);
    },
    reset: () => { me = { id: uuid() }; keep(); },
    ready: (callback) => { if (typeof callback === "function") setTimeout(safe(callback), 0); },
    consent,
    push: (...calls) => calls.forEach(run),
  };
  for (const one of Object.keys(api)) if (typeof api[one] === "function") api[one] = safe(api[one]);
  // The question before measuring is a script of its own, fetched where a page has data-banner or asks for it.
  const banner = (again) => {
    const script = doc.createElement("script");
    Object.assign(script.dataset, set, { name, host }, again && { again });
    script.src = host + "/cdp-banner.js";
    doc.head.append(script);
  };
  api.consent.show = safe(() => banner(1));
  const run = safe((call) => {
    const [method, ...given] = typeof call === "function" ? ["ready", call] : Array.from(call);
    if (method !== "push" && typeof api[method] === "function") api[method](...given);
  });

  const begin = () => {
    look();
    if (path && path !== loc.pathname) referrer = bare(loc.origin + path);
    path = loc.pathname;
    campaign = campaigns();
    view = { id: random(6), path, shown: 0, told: 0, depth: 0, depthTold: 0 };
    shownAt = doc.visibilityState === "visible" ? now() : 0;
    setTimeout(depth, 0);
  };
  // What the shop's own search was asked, read from the address of its results.
  let asked = "";
  const search = () => {
    const query = param((set.search || "q,query,search,keyword,s").split(","));
    if (query && query !== asked) api.track("Products Searched", { query });
    asked = query;
  };

  const SHARES = /(facebook|fb)\.com\/(sharer|dialog\/share)|(twitter|x)\.com\/(intent|share)|line\.me\/(R\/(msg|share)|lineit)|social-plugins\.line\.me|story\.kakao|pinterest\.[a-z.]+\/pin\/create|linkedin\.com\/share|wa\.me\/|t\.me\/share/;
  const FILES = /\.(pdf|zip|docx?|xlsx?|pptx?|csv|mp3|mp4|apk|dmg|exe|epub)$/i;
  const shared = (via) => api.track("Page Shared", { share_via: via, path: loc.pathname });
  const click = safe((event) => {
    const node = event.target && event.target.closest && event.target.closest("a[href],area[href],[data-cdp-event],[data-cdp-share]");
    if (!node || (event.type === "auxclick" && event.button !== 1)) return;
    const mark = node.dataset;
    if (mark.cdpEvent) {
      const properties = {};
      for (const one of Object.keys(mark)) if (one.startsWith("cdp") && one !== "cdpEvent") properties[one.slice(3).replace(/[A-Z]/g, (letter, at) => (at ? "_" : "") + letter.toLowerCase())] = mark[one];
      return api.track(mark.cdpEvent, properties);
    }
    if (mark.cdpShare) return shared(mark.cdpShare);
    const address = typeof node.href === "string" ? node.href : "";
    if (/^(mailto|tel|sms):/.test(address)) return api.track("Contact Clicked", { kind: address.split(":")[0] });
    if (!/^https?:/.test(address)) return;
    const url = new URL(address);
    if (SHARES.test(url.host + url.pathname)) return shared(url.hostname.replace(/^www\./, ""));
    const file = url.pathname.split("/").pop();
    if (node.hasAttribute("download") || FILES.test(file)) return api.track("File Downloaded", { name: file.slice(0, 100), host: url.hostname });
    if (url.host !== loc.host) api.track("Link Clicked", { host: url.hostname, path: url.pathname.slice(0, 200), is_outbound: true });
  });
  // Names of forms, never what is in them.
  const submit = safe((event) => {
    const form = event.target, told = (one) => form.getAttribute(one);
    if (form.tagName === "FORM") api.track("Form Submitted", { form: told("data-cdp-form") || told("name") || told("id") || (told("action") || loc.pathname).split(/[?#]/)[0].slice(0, 100) });
  });

  const moved = safe(() => { if (loc.pathname !== path) { if (set.page !== "manual") setTimeout(safe(() => { if (loc.pathname !== path) api.page(); }), 0); } else search(); });
  const start = safe(() => {
    referrer = doc.referrer ? bare(doc.referrer) : "";
    path = loc.pathname;
    campaign = campaigns();
    const old = read("localStorage");
    // Their own word of another page holds, also over what the browser asks in general.
    if (old && old.id && object(old.consents) && old.consents.measurement) { const { consents: told, ...who } = old; me = who; consents = told; queue = shelf(); }
    else if (set.consent === "given" && !signal) consent({ measurement: true });
    const calls = Array.isArray(early) ? early : [];
    win[name] = api;
    // A consent that was told early is heard first.
    for (const first of [true, false]) for (const call of calls) if ((call[0] === "consent") === first) run(call);
    if (set.page !== "manual" && !calls.some((call) => call[0] === "page")) api.page();
    if (set.banner !== undefined) banner();
    send();
    const on = (target, kind, work, options) => target.addEventListener(kind, work, options);
    on(doc, "click", click, true);
    on(doc, "auxclick", click, true);
    on(doc, "submit", submit, true);
    on(win, "scroll", depth, { passive: true });
    on(win, "popstate", moved);
    for (const method of ["pushState", "replaceState"]) { const real = history[method]; history[method] = function (...given) { const found = real.apply(this, given); moved(); return found; }; }
    if (nav.share) { const real = nav.share; nav.share = function (...given) { const found = real.apply(this, given); safe(() => found.then(() => shared("device"), () => {}))(); return found; }; }
    on(doc, "visibilitychange", safe(() => {
      if (doc.visibilityState !== "visible") { leave(); shownAt = 0; hiddenAt = now(); return; }
      // Back after half an hour: another visit, which begins with this page.
      if (hiddenAt && now() - hiddenAt >= AWAY && set.page !== "manual") api.page();
      shownAt = now();
    }));
    on(win, "pageswap", () => { leaving = true; });
    on(win, "pagehide", leave);
    // Where the browser says so early, the answer may still be heard.
    if (win.navigation) on(win.navigation, "navigate", (event) => { if (allowed() && !event.destination.sameDocument && event.downloadRequest == null) leave(); });
    on(win, "pageshow", safe((event) => {
      if (!event.persisted) return;
      leaving = false;
      // Pages in between had the queue.
      if (read("localStorage")) queue = shelf();
      if (set.page !== "manual") { referrer = ""; api.page(); }
    }));
    on(win, "online", send);
    // Another tab took consent back, or somebody logged out there.
    on(win, "storage", safe((event) => {
      if (event.key !== SHELF || event.storageArea !== win.localStorage || !allowed()) return;
      if (!event.newValue) return consent({ measurement: false });
      const { consents: told, ...who } = JSON.parse(event.newValue);
      me = who;
    }));
    setInterval(look, 5 * MINUTE);
  });
  let hiddenAt = 0;
  doc.prerendering ? doc.addEventListener("prerenderingchange", start, { once: true }) : start();
})();

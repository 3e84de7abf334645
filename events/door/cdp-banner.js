// The question before measuring, fetched by /cdp.js where its tag has data-banner; served like it (events/door/script.py).
//
//   <script async src="https://crm.example/cdp.js" data-key="wk_…" data-banner data-policy="/privacy"></script>
//
// Saying no is as easy as saying yes: two buttons that look the same, side by side, and nothing is decided by closing,
// scrolling or waiting. No style sheet and no inline style is needed: a strict Content-Security-Policy lets it be.
// A no is remembered on the device, so that nobody is asked again with every page; that is all it stores.
// It is the first thing the keyboard reaches, takes no focus until it is asked for, and comes back by
// `cdp.consent.show()`, by anything in the page with `data-cdp-privacy`, and where there is nothing such, by a small
// link “Privacy settings” that this script puts at the end of the page (not with data-banner="quiet").
(() => {
  "use strict";
  const doc = document, win = window, set = doc.currentScript.dataset, VERSION = "1";
  const api = win[set.name || "cdp"], SHELF = "cdp-no:" + (set.key || "").slice(-8);
  const WORDS = {
    en: ["May we measure how this website is used?", "With your permission we count which pages are looked at and recognise you when you come back. Without it everything works just the same.", "Yes, you may", "No, thank you", "Privacy policy", "Your browser asks not to be measured. We honour that unless you say yes here.", "Privacy settings", "You have allowed it.", "You have said no."],
    th: ["ให้เราวัดการใช้งานเว็บไซต์นี้ได้ไหม", "หากคุณอนุญาต เราจะนับว่าหน้าใดถูกเปิดดู และจดจำคุณเมื่อกลับมาอีกครั้ง หากไม่อนุญาต ทุกอย่างยังใช้งานได้เหมือนเดิม", "อนุญาต", "ไม่อนุญาต", "นโยบายความเป็นส่วนตัว", "เบราว์เซอร์ของคุณขอไม่ให้วัด เราปฏิบัติตาม เว้นแต่คุณจะอนุญาตที่นี่", "ตั้งค่าความเป็นส่วนตัว", "ขณะนี้คุณอนุญาตไว้", "ขณะนี้คุณไม่อนุญาต"],
    ko: ["이 웹사이트의 이용을 측정해도 될까요?", "동의하시면 어떤 페이지를 보셨는지 집계하고 다시 방문하실 때 알아봅니다. 동의하지 않으셔도 모두 똑같이 이용하실 수 있습니다.", "동의합니다", "동의하지 않습니다", "개인정보 처리방침", "브라우저가 측정을 원하지 않는다고 알렸습니다. 여기서 동의하지 않으시면 이를 존중합니다.", "개인정보 설정", "현재 동의하신 상태입니다.", "현재 동의하지 않으신 상태입니다."],
  };
  const wanted = [set.lang, doc.documentElement.lang, win.navigator.language].map((one) => (one || "").slice(0, 2).toLowerCase());
  const lang = wanted.find((one) => WORDS[one]) || "en", words = WORDS[lang];
  const SHEET = `
    :host { all: initial; position: fixed; inset: auto 0 0 0; z-index: 2147483000; color-scheme: light dark; }
    section { box-sizing: border-box; max-width: 720px; margin: 0 auto; padding: 20px; border: 1px solid #7d8a85; border-bottom: 0; border-radius: 14px 14px 0 0; background: #fff; color: #14211e; font: 400 16px/1.5 system-ui, "Noto Sans Thai", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif; box-shadow: 0 -6px 28px rgb(0 0 0 / 18%); word-break: keep-all; overflow-wrap: anywhere; max-height: 80vh; overflow: auto; }
    h2 { margin: 0 0 6px; font-size: 18px; line-height: 1.35; }
    p { margin: 0 0 14px; }
    p:last-child { margin: 14px 0 0; }
    p a { display: inline-block; padding: 4px 0; }
    div { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; }
    button { min-height: 48px; padding: 10px 14px; border: 2px solid #0d6b61; border-radius: 10px; background: #fff; color: #0b5a52; font: inherit; font-weight: 600; cursor: pointer; }
    button:hover { background: #e6f2ef; }
    button:focus-visible, a:focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px; }
    a { color: inherit; }
    @media (prefers-color-scheme: dark) { section { background: #17211f; color: #e8f0ed; } button { background: #17211f; color: #9be0d3; border-color: #9be0d3; } button:hover { background: #22322e; } }`;
  const remember = (no) => { try { no ? win.localStorage.setItem(SHELF, VERSION) : win.localStorage.removeItem(SHELF); } catch { /* Forbidden: asked again next time. */ } };
  const refused = () => { try { return win.localStorage.getItem(SHELF) === VERSION; } catch { return false; } };
  const make = (kind, text, parent) => { const node = doc.createElement(kind); if (text) node.textContent = text; parent.append(node); return node; };
  const shadow = (node, css) => { const root = node.attachShadow({ mode: "open" }), sheet = new CSSStyleSheet(); sheet.replaceSync(css); root.adoptedStyleSheets = [sheet]; return root; };
  let host = null, before = null;
  const close = () => { if (host) host.remove(); host = null; if (before && before.focus) before.focus(); before = null; };
  const choose = (yes) => () => {
    close();
    remember(!yes);
    api.consent({ measurement: yes }, VERSION + "/" + lang);
  };
  const show = (focus) => {
    if (host) return focus && host.shadowRoot.querySelector("h2").focus();
    host = doc.createElement("cdp-banner");
    const root = shadow(host, SHEET);
    const box = make("section", "", root);
    box.lang = lang;
    box.setAttribute("role", "region");
    const title = make("h2", words[0], box);
    box.setAttribute("aria-label", words[0]);
    title.tabIndex = -1;
    const now = api.consent();
    make("p", win.navigator.globalPrivacyControl ? words[5] : words[1], box);
    if (now) make("p", now.measurement ? words[7] : words[8], box).setAttribute("role", "status");
    const choices = make("div", "", box);
    make("button", words[3], choices).addEventListener("click", choose(false));
    make("button", words[2], choices).addEventListener("click", choose(true));
    const last = make("p", "", box), link = make("a", words[4], last);
    link.href = set.policy || set.host + "/privacy/?lang=" + lang;
    for (const node of choices.children) node.type = "button";
    doc.body.prepend(host);
    if (focus) { before = doc.activeElement; title.focus(); }
  };
  // In the colours and letters of the page it stands in, whatever the device prefers.
  const LINK = `
    :host { display: block; padding: 12px; font-size: 14px; text-align: center; }
    button { min-height: 32px; padding: 4px 8px; border: 0; background: none; color: inherit; font: inherit; text-decoration: underline; text-underline-offset: 3px; cursor: pointer; }
    button:focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px; }`;
  const link = () => {
    if (set.banner === undefined || set.banner === "quiet" || doc.querySelector("[data-cdp-privacy], cdp-privacy")) return;
    const end = doc.createElement("cdp-privacy"), open = make("button", words[6], shadow(end, LINK));
    end.lang = lang;
    open.type = "button";
    open.addEventListener("click", () => show(true));
    doc.body.append(end);
  };
  doc.addEventListener("click", (event) => {
    if (!event.target.closest || !event.target.closest("[data-cdp-privacy]")) return;
    event.preventDefault();
    show(true);
  });
  doc.body ? link() : doc.addEventListener("DOMContentLoaded", link, { once: true });
  api.consent.show = () => show(true);
  const told = api.consent();
  if (set.again) show(true);
  else if (told === null && refused()) api.consent({ measurement: false }, VERSION);
  else if (told === null && !win.navigator.globalPrivacyControl) doc.body ? show(false) : doc.addEventListener("DOMContentLoaded", () => show(false), { once: true });
})();

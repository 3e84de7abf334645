// What customers allowed to be shown, inside a page of a shop's website: <script src="…/s/testimonials.js" async></script>.
// It makes a frame behind itself (or in `data-into`, a selector) as high as what it shows. No inline style or script is
// written, nothing is kept, and nothing of the page is read but its language.
(function () {
  "use strict";
  const script = document.currentScript;
  const told = script.dataset;
  const home = new URL(script.src).origin;
  const language = (told.lang || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  const query = new URLSearchParams({ embed: "1" });
  if (["en", "th", "ko"].includes(language)) query.set("lang", language);
  if (["en", "th", "ko"].includes(told.only)) query.set("only", told.only);
  const frame = document.createElement("iframe");
  frame.src = home + "/s/_/testimonials/?" + query;
  frame.title = told.title || "What customers say";
  frame.referrerPolicy = "origin";
  frame.style.width = "100%";
  frame.style.height = "240px";
  frame.style.border = "0";
  frame.style.colorScheme = "normal";
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== home || !event.data || !event.data.cdpTestimonials) return;
    frame.style.height = Math.min(Math.max(Number(event.data.height) || 0, 80), 8000) + "px";
  });
  const place = told.into && document.querySelector(told.into);
  if (place) place.append(frame);
  else script.after(frame);
})();

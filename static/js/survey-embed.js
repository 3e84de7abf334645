// A survey inside a page of a shop's website: <script src="…/s/embed.js" data-survey="nps" async></script>. It makes a
// frame behind itself (or in `data-into`, a selector) that grows and shrinks with what is asked. It writes no inline
// style, keeps nothing, and reads nothing of the page but its language.
(function () {
  "use strict";
  const script = document.currentScript;
  const told = script.dataset;
  const home = new URL(script.src).origin;
  const language = (told.lang || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  const query = new URLSearchParams({ embed: "1" });
  if (["en", "th", "ko"].includes(language)) query.set("lang", language);
  if (told.src) query.set("src", told.src);
  const frame = document.createElement("iframe");
  frame.src = home + "/s/" + encodeURIComponent(told.survey) + "/?" + query;
  frame.title = told.title || "Survey";
  frame.referrerPolicy = "origin";
  frame.style.width = "100%";
  frame.style.height = "320px";
  frame.style.border = "0";
  frame.style.colorScheme = "normal";
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== home || !event.data || !event.data.cdpSurvey) return;
    frame.style.height = Math.min(Math.max(Number(event.data.height) || 0, 120), 5000) + "px";
    if (event.data.ended) frame.dispatchEvent(new CustomEvent("survey-ended", { bubbles: true }));
  });
  const place = told.into && document.querySelector(told.into);
  if (place) place.append(frame);
  else script.after(frame);
})();

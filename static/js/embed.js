// Something of ours inside a page of a shop's website, in a frame that grows and shrinks with what it shows:
//   a survey          <script src="…/s/embed.js" data-survey="nps" async></script>
//   what people said  <script src="…/s/testimonials.js" async></script>
// One script under both addresses. The frame stands behind it (or in `data-into`, a selector). It writes no inline style,
// keeps nothing, and reads nothing of the page but its language.
(function () {
  "use strict";
  const script = document.currentScript;
  const told = script.dataset;
  const address = new URL(script.src);
  const isSurvey = !address.pathname.endsWith("/testimonials.js");
  const spoken = ["en", "th", "ko"];
  const language = (told.lang || document.documentElement.lang || "").slice(0, 2).toLowerCase();
  const query = new URLSearchParams({ embed: "1" });
  if (spoken.includes(language)) query.set("lang", language);
  if (isSurvey && told.src) query.set("src", told.src);
  if (!isSurvey && spoken.includes(told.only)) query.set("only", told.only);
  const frame = document.createElement("iframe");
  frame.src = address.origin + (isSurvey ? "/s/" + encodeURIComponent(told.survey) + "/?" : "/s/_/testimonials/?") + query;
  frame.title = told.title || (isSurvey ? "Survey" : "What customers say");
  frame.referrerPolicy = "origin";
  frame.style.width = "100%";
  frame.style.height = isSurvey ? "320px" : "240px";
  frame.style.border = "0";
  frame.style.colorScheme = "normal";
  addEventListener("message", (event) => {
    const said = event.data;
    if (event.source !== frame.contentWindow || event.origin !== address.origin || !said) return;
    if (!(isSurvey ? said.cdpSurvey : said.cdpTestimonials)) return;
    frame.style.height = Math.min(Math.max(Number(said.height) || 0, 80), 8000) + "px";
    if (isSurvey && said.ended) frame.dispatchEvent(new CustomEvent("survey-ended", { bubbles: true }));
  });
  const place = told.into && document.querySelector(told.into);
  if (place) place.append(frame);
  else script.after(frame);
})();

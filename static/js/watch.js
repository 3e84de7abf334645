// What is watched (data-watch, in seconds) asks again every few seconds: not in a hidden tab, not while it is paused
// (data-watch-pause), and no more once an answer failed, as one sentence about that is enough.
(function () {
  "use strict";

  function watch(box) {
    const pause = document.querySelector(`[data-watch-pause="${box.id}"]`);
    const isPaused = () => pause && pause.getAttribute("aria-pressed") === "true";
    const timer = setInterval(() => {
      if (!box.isConnected) clearInterval(timer);
      else if (!document.hidden && !isPaused()) htmx.trigger(box, "watch");
    }, Number(box.dataset.watch) * 1000);
    ["htmx:responseError", "htmx:sendError"].forEach((name) => box.addEventListener(name, () => clearInterval(timer)));
    // The same answer again is not put in again: screen readers would read it out every time.
    let before = "";
    box.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.serverResponse === before) event.detail.shouldSwap = false;
      before = event.detail.serverResponse;
    });
    if (pause) pause.hidden = false;
  }
  document.querySelectorAll("[data-watch]").forEach(watch);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-watch-pause]");
    if (button) button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
  });
})();

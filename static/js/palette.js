// Search over everything: "/" or Ctrl-K opens it, arrows move, Enter goes. Places are filtered here, people and the
// rest come from the server.
(function () {
  "use strict";

  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = document.getElementById("palette-input");
  const found = document.getElementById("palette-found");
  const places = palette.querySelector("[data-palette-places]");
  let timer = 0;
  let number = 0;

  const options = () => Array.from(palette.querySelectorAll("[role=option]")).filter((option) => option.offsetParent);
  const chosen = () => palette.querySelector('[aria-selected="true"]');

  function choose(option) {
    const before = chosen();
    if (before) before.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.id = option.id || `palette-option-${(number += 1)}`;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function filterPlaces(text) {
    const wanted = text.trim().toLocaleLowerCase();
    const answered = Array.from(found.querySelectorAll("a"), (link) => link.getAttribute("href"));
    let shown = 0;
    places.querySelectorAll("[role=option]").forEach((option) => {
      // The start of a word; Thai writes none between words, so there any place will do.
      const text = option.textContent.toLocaleLowerCase();
      const at = text.indexOf(wanted);
      option.hidden = wanted !== "" && (at < 0 || (/[a-z]/.test(text[at - 1] || "") && !text.includes(` ${wanted}`)));
      option.hidden ||= answered.includes(option.getAttribute("href"));
      shown += option.hidden ? 0 : 1;
    });
    places.hidden = shown === 0;
  }

  function open() {
    if (palette.open) return;
    palette.showModal();
    input.select();
    filterPlaces(input.value);
    choose(options()[0]);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (!input.value.trim()) found.replaceChildren();
    filterPlaces(input.value);
    choose(options()[0]);
    if (!input.value.trim()) return;
    // isComposing: Hangul syllables and Thai clusters arrive in parts; the search waits for a pause.
    timer = setTimeout(() => input.hasAttribute("hx-post") && htmx.trigger(input, "palette:search"), 160);
  });

  found.addEventListener("htmx:afterSwap", () => {
    filterPlaces(input.value);
    choose(options()[0]);
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && chosen()) chosen().click();
    else return;
    event.preventDefault();
  });

  palette.addEventListener("mousemove", (event) => {
    const option = event.target.closest("[role=option]");
    if (option && option !== chosen()) choose(option);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette-open]")) open();
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    const shortcut = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!shortcut && !slash) return;
    if (document.querySelector("dialog[open]:not(#palette)")) return;
    event.preventDefault();
    open();
  });
})();

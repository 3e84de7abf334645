// Runs before the first paint: staff pages follow the cookie, or the system where none is set. No cookie, no flash.
(function () {
  var root = document.documentElement;
  var dark = matchMedia("(prefers-color-scheme: dark)");
  function apply() {
    var saved = /(?:^|; )cdp_theme=(light|dark)/.exec(document.cookie);
    root.dataset.bsTheme = saved ? saved[1] : dark.matches ? "dark" : "light";
    root.dataset.themeChoice = saved ? saved[1] : "system";
  }
  dark.addEventListener("change", apply);
  document.addEventListener("theme:changed", apply);
  root.classList.add("js");
  apply();
})();

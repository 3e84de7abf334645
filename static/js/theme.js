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
  // Columns that the reader has switched off (their numbers by table): hidden before the first paint, nothing jumps.
  var sheet = new CSSStyleSheet();
  function columns() {
    var saved = {};
    try {
      saved = JSON.parse(localStorage.getItem("cdp-columns")) || {};
    } catch (_error) {
      // What cannot be read hides nothing.
    }
    var rules = Object.keys(saved).map(function (table) {
      return saved[table].map(function (number) {
        var cell = '[data-columns="' + CSS.escape(table) + '"] tr > :nth-child(' + Number(number) + ")";
        return "@media (min-width: 768px) { " + cell + " { display: none !important; } }";
      });
    });
    sheet.replaceSync(rules.flat().join("\n"));
  }
  document.adoptedStyleSheets = [sheet];
  document.addEventListener("columns:changed", columns);
  columns();
  root.classList.add("js");
  apply();
})();

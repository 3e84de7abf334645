// The shop's tablet: back to an empty form when nobody touches it, and no staff page left open in another tab.
(function () {
  var home = document.querySelector("[data-home]");
  if (home) {
    var timer = 0;
    var wait = function () {
      clearTimeout(timer);
      timer = setTimeout(function () {
        location.replace(home.dataset.home);
      }, Number(home.dataset.idle) * 1000);
    };
    ["input", "pointerdown", "keydown", "scroll"].forEach(function (name) {
      document.addEventListener(name, wait, { passive: true });
    });
    wait();
  }
  if (document.querySelector("[data-locked]") && "BroadcastChannel" in window) {
    new BroadcastChannel("cdp-tablet").postMessage("locked");
  }
})();

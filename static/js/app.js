// The staff frame: menus, dialogs, confirmations, toasts, theme, jobs tray. No framework; every part finds its elements
// by data attributes, works on content that htmx brings later, and leaves links and forms working where it is absent.
(function () {
  "use strict";

  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const on = (type, selector, handler) =>
    document.addEventListener(type, (event) => {
      const target = event.target.closest && event.target.closest(selector);
      if (target) handler(event, target);
    });

  // --- menus: the browser opens them (popovertarget), we put them beside their button --------------------------
  const opener = (menu) => $(`[popovertarget="${menu.id}"]`);

  function place(menu) {
    const button = opener(menu);
    if (!button) return;
    const box = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const fromRight = box.left + width > innerWidth - 8;
    const left = fromRight ? Math.max(8, box.right - width) : box.left;
    const below = box.bottom + 6 + height <= innerHeight || box.top < height + 14;
    menu.style.left = `${Math.min(left, Math.max(8, innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, below ? box.bottom + 6 : box.top - height - 6)}px`;
    menu.dataset.placed = "";
  }

  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches || !menu.matches("[data-menu]")) return;
      const isOpen = event.newState === "open";
      const button = opener(menu);
      if (button) button.setAttribute("aria-expanded", String(isOpen));
      if (isOpen) {
        place(menu);
        if (button && button.matches(":focus-visible")) {
          const first = $(".menu-item", menu);
          if (first) first.focus();
        }
      }
    },
    true,
  );

  const replaceOpen = () => $$("[data-menu]:popover-open").forEach(place);
  addEventListener("resize", replaceOpen);
  addEventListener("scroll", replaceOpen, { passive: true });

  on("keydown", "[data-menu]", (event, menu) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const items = $$(".menu-item:not(:disabled)", menu);
    if (!items.length) return;
    event.preventDefault();
    const at = items.indexOf(document.activeElement);
    items[(at + step + items.length) % items.length].focus();
  });

  on("click", "[data-menu] .menu-item", (_event, item) => {
    if (!item.dataset.themeSet) item.closest("[data-menu]").hidePopover();
  });

  // --- dialogs -------------------------------------------------------------------------------------------------
  on("click", "[data-dialog-open]", (event, button) => {
    const dialog = document.getElementById(button.dataset.dialogOpen);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });

  on("click", "[data-dialog-close]", (_event, button) => button.closest("dialog").close());

  // A press on the backdrop closes, unless there is something typed to lose.
  document.addEventListener("mousedown", (event) => {
    const dialog = event.target;
    if (!(dialog instanceof HTMLDialogElement) || dialog.dataset.keep !== undefined) return;
    const box = dialog.getBoundingClientRect();
    const outside =
      event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside && !$("form.is-changed", dialog)) dialog.close();
  });

  on("input", "dialog form", (_event, form) => form.classList.add("is-changed"));
  // Sent from the server when a dialog's work is done: HX-Trigger: {"dialog:close": "id"}
  document.addEventListener("dialog:close", (event) => {
    const dialog = document.getElementById(event.detail.value);
    if (dialog) dialog.close();
  });

  // --- confirmations: data-confirm="What will be lost" data-confirm-title data-confirm-action -------------------
  function ask(element) {
    const dialog = $("#confirm");
    $("#confirm-title").textContent = element.dataset.confirmTitle || dialog.dataset.defaultTitle;
    $("#confirm-text").textContent = element.dataset.confirm;
    const yes = $("[data-confirm-yes]");
    yes.textContent = element.dataset.confirmAction || dialog.dataset.defaultAction;
    // Red says that something is lost.
    yes.className = `btn btn-${element.matches(".btn-primary") ? "primary" : "danger"}`;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  document.addEventListener("htmx:confirm", (event) => {
    const element = event.detail.elt;
    if (!element.dataset.confirm) return;
    event.preventDefault();
    ask(element).then((yes) => yes && event.detail.issueRequest(true));
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const source = event.submitter && event.submitter.dataset.confirm ? event.submitter : form;
    if (!source.dataset.confirm || form.dataset.confirmed || isHtmx(form)) return;
    event.preventDefault();
    ask(source).then((yes) => {
      if (!yes) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(event.submitter || undefined);
      delete form.dataset.confirmed;
    });
  });

  const isHtmx = (form) => ["hx-post", "hx-get", "hx-put", "hx-patch", "hx-delete"].some((name) => form.hasAttribute(name));

  // A form sent twice by a double click is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || isHtmx(form) || form.method === "dialog" || form.method === "get") return;
    setTimeout(() => $$('button[type="submit"]', form).forEach((button) => button.setAttribute("disabled", "")));
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) $$("form button[disabled]").forEach((button) => button.removeAttribute("disabled"));
  });

  // --- toasts --------------------------------------------------------------------------------------------------
  // HX-Trigger: {"toast": {"text": "Saved", "tone": "success", "undo": "/url/to/post"}}
  const toasts = $("#toasts");
  const ICONS = { success: "success", danger: "danger", warning: "warning", info: "info" };

  function raise() {
    if (!toasts || !toasts.showPopover) return;
    if (toasts.matches(":popover-open")) toasts.hidePopover(); // a dialog opened since then would cover it
    toasts.showPopover();
  }

  function expire(toast, seconds) {
    let left = seconds * 1000;
    let since = Date.now();
    let timer = setTimeout(() => toast.remove(), left);
    const pause = () => {
      clearTimeout(timer);
      left -= Date.now() - since;
    };
    const resume = () => {
      since = Date.now();
      clearTimeout(timer);
      timer = setTimeout(() => toast.remove(), Math.max(left, 1500));
    };
    toast.addEventListener("mouseenter", pause);
    toast.addEventListener("mouseleave", resume);
    toast.addEventListener("focusin", pause);
    toast.addEventListener("focusout", resume);
  }

  function show(detail) {
    if (!toasts) return;
    const toast = $("[data-toast-template]", toasts).content.firstElementChild.cloneNode(true);
    const tone = ICONS[detail.tone] ? detail.tone : "info";
    const sprite = $(".icon use", document.body).getAttribute("href").split("#")[0];
    toast.classList.add(`toast-${tone}`);
    $("use", toast).setAttribute("href", `${sprite}#${ICONS[tone]}`);
    $(".toast-text", toast).textContent = detail.text || "";
    if (detail.undo) {
      const undo = $("[data-toast-undo]", toast);
      undo.hidden = false;
      toast.classList.add("toast-timer");
      undo.addEventListener("click", () => {
        toast.remove();
        htmx.ajax("POST", detail.undo, { swap: "none" });
      });
    }
    toasts.append(toast);
    raise();
    if (tone !== "danger") expire(toast, detail.undo ? 10 : 6);
  }

  window.cdp = { toast: show };
  on("click", "[data-toast-close]", (_event, button) => button.closest("[data-toast]").remove());
  document.addEventListener("toast", (event) => {
    const detail = event.detail || {};
    [].concat(detail.value || detail).forEach((one) => show(typeof one === "string" ? { text: one } : one));
  });
  if (toasts && $("[data-toast]", toasts)) {
    raise();
    $$("[data-toast]:not(.toast-danger)", toasts).forEach((toast) => expire(toast, 6));
  }

  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (status === 401) return location.reload();
    const texts = toasts.dataset;
    const text =
      { 403: texts.textForbidden, 404: texts.textGone, 410: texts.textGone, 429: texts.textBusy }[status] || texts.textError;
    show({ text, tone: "danger" });
  });
  ["htmx:sendError", "htmx:timeout"].forEach((name) =>
    document.addEventListener(name, () => show({ text: toasts.dataset.textOffline, tone: "danger" })),
  );

  // The session ended while a page stood open: the log-in page must not be swapped into a corner of it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const url = event.detail.xhr.responseURL;
    if (!url || !new URL(url).pathname.startsWith("/accounts/login")) return;
    event.detail.shouldSwap = false;
    location.reload();
  });

  // --- theme ---------------------------------------------------------------------------------------------------
  function markTheme() {
    const choice = document.documentElement.dataset.themeChoice;
    $$("[data-theme-set]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.themeSet === choice)),
    );
  }
  on("click", "[data-theme-set]", (_event, button) => {
    const choice = button.dataset.themeSet;
    const age = choice === "system" ? 0 : 31536000;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `cdp_theme=${choice}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
    document.dispatchEvent(new Event("theme:changed"));
    markTheme();
  });
  markTheme();

  // --- jobs tray: asks while it is open or while something runs, and never in a hidden tab ---------------------
  const tray = $("[data-jobs-tray]");
  if (tray) {
    const count = $("[data-jobs-count]");
    const menu = document.getElementById("jobs");
    let timer = 0;
    const refresh = () => document.hidden || htmx.trigger(tray, "jobs:refresh");
    const plan = (running) => {
      clearTimeout(timer);
      if (running || menu.matches(":popover-open")) timer = setTimeout(refresh, 2000);
    };
    tray.addEventListener("htmx:afterSwap", () => {
      const running = Number(($("[data-running]", tray) || { dataset: {} }).dataset.running || 0);
      count.textContent = running;
      count.hidden = !running;
      try {
        sessionStorage.setItem("cdp-jobs", running);
      } catch (_error) {
        // storage may be switched off; then the tray asks only when opened
      }
      plan(running);
    });
    // Without an answer (the server is away, the network is gone) an open tray asks again.
    tray.addEventListener("htmx:afterRequest", (event) => event.detail.successful || plan(0));
    menu.addEventListener("beforetoggle", (event) => {
      if (event.newState !== "open") return;
      if (!tray.childElementCount) tray.append($("template", menu).content.cloneNode(true));
      refresh();
    });
    document.addEventListener("jobs:refresh", (event) => event.target !== tray && refresh());
    document.addEventListener("visibilitychange", () => Number(count.textContent) && refresh());
    try {
      // The first page of a session asks once; later pages only while something is known to run.
      if (sessionStorage.getItem("cdp-jobs") !== "0") addEventListener("load", () => setTimeout(refresh, 400));
    } catch (_error) {
      // see above
    }
  }

  // --- the tablet was handed to a customer in another tab: no page of staff stays open ---------------------------
  if ("BroadcastChannel" in window) {
    new BroadcastChannel("cdp-tablet").addEventListener("message", () => location.replace("/"));
  }

  // --- focus: the first wrong field after a form came back, the page's own mark otherwise -----------------------
  function focusFirst(root) {
    const wrong = $('[aria-invalid="true"]', root) || $("[data-autofocus]", root);
    if (wrong) wrong.focus();
  }
  focusFirst(document);
  document.addEventListener("htmx:afterSettle", (event) => {
    if ($('[aria-invalid="true"]', event.detail.elt)) focusFirst(event.detail.elt);
  });
})();

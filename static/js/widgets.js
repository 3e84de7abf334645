// Small behaviours of components: copy, ticked rows, dropzone, forms that send themselves, tabs inside a page,
// guards against losing what was typed.
(function () {
  "use strict";

  const on = (type, selector, handler) =>
    document.addEventListener(type, (event) => {
      const target = event.target.closest && event.target.closest(selector);
      if (target) handler(event, target);
    });
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // data-copy="text": the button copies it and says so.
  on("click", "[data-copy]", async (_event, button) => {
    const text = button.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
    } catch (_error) {
      // Plain http on another machine has no clipboard: select the text, so that Ctrl-C works.
      getSelection().selectAllChildren(button.querySelector("span") || button);
      return;
    }
    button.classList.add("is-copied");
    setTimeout(() => button.classList.remove("is-copied"), 2000);
    const toasts = document.getElementById("toasts");
    if (toasts && window.cdp) window.cdp.toast({ text: toasts.dataset.textCopied, tone: "success" });
  });

  // data-bulk on a form around a table: [data-bulk-all] ticks all, .bulkbar shows while something is ticked.
  function countTicked(form) {
    const boxes = all("[data-bulk-row]", form);
    const ticked = boxes.filter((box) => box.checked);
    const bar = form.querySelector(".bulkbar");
    const whole = form.querySelector("[data-bulk-all]");
    boxes.forEach((box) => box.closest("tr").setAttribute("aria-selected", String(box.checked)));
    if (whole) {
      whole.checked = boxes.length > 0 && ticked.length === boxes.length;
      whole.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
    if (bar) {
      bar.hidden = !ticked.length;
      const count = bar.querySelector("[data-bulk-count]");
      if (count) count.textContent = ticked.length.toLocaleString(document.documentElement.lang);
    }
  }
  let last = null;
  on("click", "[data-bulk-row]", (event, box) => {
    const form = box.closest("[data-bulk]");
    if (event.shiftKey && last && form.contains(last)) {
      const boxes = all("[data-bulk-row]", form);
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((one) => (one.checked = box.checked));
    }
    last = box;
    countTicked(form);
  });
  on("change", "[data-bulk-all]", (_event, whole) => {
    const form = whole.closest("[data-bulk]");
    all("[data-bulk-row]", form).forEach((box) => (box.checked = whole.checked));
    countTicked(form);
  });

  // .dropzone: says which file was chosen.
  on("change", ".dropzone input", (_event, input) => {
    const name = input.closest(".dropzone").querySelector("[data-dropzone-name]");
    if (name && input.files.length) name.textContent = Array.from(input.files, (file) => file.name).join(", ");
  });
  ["dragover", "dragleave", "drop"].forEach((type) =>
    on(type, ".dropzone", (_event, zone) => zone.classList.toggle("is-over", type === "dragover")),
  );

  // data-autosubmit on a form: a changed choice sends it; its button stays for those without scripts.
  on("change", "form[data-autosubmit]", (event, form) => {
    if (!event.target.closest("[data-columns-list]")) form.requestSubmit();
  });
  all("form[data-autosubmit] [data-autosubmit-button]").forEach((button) => (button.hidden = true));

  // data-tabs: panels of one page. Without scripts all panels show, one after the other.
  function select(list, tab) {
    all("[role=tab]", list).forEach((one) => {
      const isOn = one === tab;
      one.setAttribute("aria-selected", String(isOn));
      one.tabIndex = isOn ? 0 : -1;
      const panel = document.getElementById(one.getAttribute("aria-controls"));
      if (panel) panel.hidden = !isOn;
    });
    document.dispatchEvent(new Event("tabs:changed"));
  }
  on("click", "[data-tabs] [role=tab]", (_event, tab) => select(tab.closest("[data-tabs]"), tab));
  on("keydown", "[data-tabs] [role=tab]", (event, tab) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const list = tab.closest("[data-tabs]");
    const tabs = all("[role=tab]", list);
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    select(list, next);
    next.focus();
  });
  const prepareTabs = (root) =>
    all("[data-tabs]", root).forEach((list) => {
      list.hidden = false;
      select(list, list.querySelector('[aria-selected="true"]') || list.querySelector("[role=tab]"));
    });
  prepareTabs(document);
  document.addEventListener("htmx:load", (event) => prepareTabs(event.detail.elt));

  // data-columns-for="table": a menu with a tick for every column of the table of that name but the first.
  const hidden = () => {
    try {
      return JSON.parse(localStorage.getItem("cdp-columns")) || {};
    } catch (_error) {
      return {};
    }
  };
  function prepareColumns() {
    all("[data-columns-for]").forEach((choice) => {
      const table = document.querySelector(`table[data-columns="${choice.dataset.columnsFor}"]`);
      choice.hidden = !table;
      const list = choice.querySelector("[data-columns-list]");
      if (!table || list.childElementCount) return;
      const off = hidden()[choice.dataset.columnsFor] || [];
      all("thead th", table).forEach((head, index) => {
        if (!index || !head.innerText.trim()) return;
        const label = document.createElement("label");
        label.className = "check menu-check";
        const box = document.createElement("input");
        box.type = "checkbox";
        box.value = index + 1;
        box.checked = !off.includes(index + 1);
        const words = document.createElement("span");
        words.textContent = head.innerText.trim();
        label.append(box, words);
        list.append(label);
      });
    });
  }
  on("change", "[data-columns-list] input", (_event, box) => {
    const list = box.closest("[data-columns-list]");
    const off = all("input:not(:checked)", list).map((one) => Number(one.value));
    const table = list.closest("[data-columns-for]").dataset.columnsFor;
    localStorage.setItem("cdp-columns", JSON.stringify({ ...hidden(), [table]: off }));
    document.dispatchEvent(new Event("columns:changed"));
  });
  prepareColumns();
  document.addEventListener("htmx:load", prepareColumns);

  // data-guard on a form: leaving with unsaved text asks first.
  let unsaved = false;
  on("input", "form[data-guard]", () => (unsaved = true));
  document.addEventListener("submit", (event) => (unsaved = unsaved && event.defaultPrevented));
  addEventListener("beforeunload", (event) => unsaved && event.preventDefault());

  // data-check-all-in="selector": a link-like button that ticks every box in a group (interests, channels).
  on("click", "[data-check-all-in]", (_event, button) => {
    const boxes = all(`${button.dataset.checkAllIn} input[type=checkbox]`);
    const turnOn = boxes.some((box) => !box.checked);
    boxes.forEach((box) => (box.checked = turnOn));
  });
})();

// The rule builder: rows and groups on the page ⇄ the JSON document in the textarea, which is what is sent.
// Rows come from the server (data-part-url); this module only adds, removes, reads and says when something changed.
(function () {
  "use strict";

  const box = document.querySelector("[data-rules]");
  if (!box) return;
  const all = (selector, root) => Array.from(root.querySelectorAll(selector));
  const root = box.querySelector("[data-rules-root]");
  const text = box.querySelector("[data-rules-document]");
  const preview = document.querySelector("[data-rules-preview]");
  const url = box.dataset.partUrl;

  // --- reading: a node as JSON; `gaps` counts rows that are not filled in yet ------------------------------------
  const number = (raw) => (raw.trim() === "" || Number.isNaN(Number(raw)) ? raw : Number(raw));
  const typed = (input, raw) => (input.hasAttribute("data-number") ? number(raw) : raw);
  const part = (row, name) => row.querySelector(`[data-part="${name}"]`).value.trim();

  function literal(raw) {
    if (/^(-?\d+(\.\d+)?|true|false|".*")$/.test(raw)) return JSON.parse(raw);
    return raw;
  }

  function compared(row) {
    const rule = { [row.dataset.kind]: row.dataset.key, op: row.querySelector("[data-rule-op]").value };
    const one = row.querySelector("[data-value]");
    const many = row.querySelector("[data-many]");
    const listed = row.querySelector("[data-listed]");
    const low = row.querySelector("[data-pair-low]");
    if (one) {
      if (one.value.trim() !== "") rule.value = typed(one, one.value.trim());
      return [rule, "value" in rule];
    }
    if (many) {
      rule.value = all("input:checked", many).map((tick) => typed(many, tick.value));
      return [rule, rule.value.length > 0];
    }
    if (listed) {
      const words = listed.value.split(/[,，、]/).map((word) => word.trim());
      rule.value = words.filter(Boolean).map((word) => typed(listed, word));
      return [rule, rule.value.length > 0];
    }
    if (low) {
      const ends = [low, row.querySelector("[data-pair-high]")];
      if (ends.every((end) => end.value.trim() !== "")) rule.value = ends.map((end) => typed(end, end.value.trim()));
      return [rule, "value" in rule];
    }
    return [rule, true];
  }

  function often(row, rule) {
    rule.count = { op: part(row, "count_op"), value: number(part(row, "count")) };
    if (part(row, "period") === "within") rule.within_days = number(part(row, "within"));
    return rule.count.value !== "" && rule.within_days !== "";
  }

  function readRow(row) {
    switch (row.dataset.kind) {
      case "field":
      case "metric":
        return compared(row);
      case "consent":
        return [
          {
            consent: { purpose: part(row, "purpose"), channel: part(row, "channel") },
            op: "=",
            value: part(row, "granted") === "yes",
          },
          true,
        ];
      case "segment": {
        const rule = { segment: part(row, "segment") };
        return [part(row, "op") === "out" ? { not: rule } : rule, rule.segment !== ""];
      }
      case "order": {
        const which = part(row, "which");
        const what = part(row, "what");
        const rule = { order: which === "any" || !what ? {} : { [which]: what } };
        return [rule, often(row, rule) && (which === "any" || what !== "")];
      }
      case "event": {
        const rule = { event: part(row, "name") };
        const pairs = all("[data-pair]", row)
          .map((pair) => ["name", "value"].map((name) => pair.querySelector(`[data-pair-${name}]`).value.trim()))
          .filter(([name, value]) => name && value);
        if (pairs.length) rule.where = Object.fromEntries(pairs.map(([name, value]) => [name, literal(value)]));
        return [rule, often(row, rule) && rule.event !== ""];
      }
      case "survey": {
        const [slug, question] = part(row, "asked").split("/");
        const op = part(row, "op");
        const rule = { survey: { slug: slug || "", question: question || "" }, op };
        const answer = part(row, "answer").trim();
        if (op.endsWith("_set")) return [rule, slug !== ""];
        if (answer !== "") rule.value = /^-?\d+(\.\d+)?$/.test(answer) ? Number(answer) : answer;
        return [rule, slug !== "" && answer !== ""];
      }
      case "raw":
        try {
          return [JSON.parse(row.querySelector("[data-rule-raw]").value), true];
        } catch (_error) {
          return [{}, false];
        }
    }
    return [{}, false];
  }

  // `whole`: unfinished rows stay in (saving shows what is missing); else they are left out (counting goes on).
  function readGroup(group, whole, places, pointer) {
    const mode = group.querySelector("[data-group-mode]").value;
    const path = pointer + (mode === "none" ? "/not/any" : `/${mode}`);
    const rules = [];
    let gaps = 0;
    places.push([pointer, group]);
    all(":scope > [data-children] > *", group).forEach((child) => {
      const here = `${path}/${rules.length}`;
      if (child.matches("[data-group]")) {
        const before = places.length;
        const [rule, missing, empty] = readGroup(child, whole, places, here);
        gaps += missing;
        if (whole || !empty) rules.push(rule);
        else places.length = before;
        return;
      }
      const [rule, complete] = readRow(child);
      if (!complete) gaps += 1;
      if (whole || complete) {
        places.push([here, child]);
        rules.push(rule);
      }
    });
    const rule = mode === "none" ? { not: { any: rules } } : { [mode]: rules };
    return [rule, gaps, rules.length === 0];
  }

  function read(whole) {
    const places = [];
    const [rule, gaps, empty] = readGroup(root.querySelector("[data-group]"), whole, places, "");
    // Nothing said is everybody; an empty "at least one" would be refused.
    return { rule: empty ? { all: [] } : rule, gaps, places };
  }

  // --- telling -----------------------------------------------------------------------------------------------------
  let places = [];
  let byHand = false;
  function changed() {
    byHand = false;
    all("[data-group]", root).forEach((group) => {
      const empty = group.querySelector(":scope > [data-rule-empty]");
      empty.hidden = group.querySelector(":scope > [data-children]").children.length > 0;
    });
    text.value = JSON.stringify(read(true).rule, null, 2);
    ask();
  }

  function ask() {
    if (!preview) return;
    const partly = read(false);
    places = partly.places;
    preview.querySelector('[name="preview_rules"]').value = JSON.stringify(partly.rule);
    preview.querySelector('[name="unfinished"]').value = partly.gaps || "";
    htmx.trigger(preview, "rules:changed");
  }

  function clear(node) {
    const list = node.querySelector(":scope > [data-rule-problems]");
    if (list) {
      list.replaceChildren();
      list.hidden = true;
    }
    if (node.matches("[data-rule]")) all("[aria-invalid]", node).forEach((control) => control.removeAttribute("aria-invalid"));
  }

  // A row that came back wrong: its first empty control, or the one that holds its value, is what to mend.
  function mark(row) {
    const list = row.querySelector(":scope > [data-rule-problems]");
    const controls = all("input, select, textarea", row).filter((control) => !control.hidden && !control.closest("[data-pair]"));
    const wanted = controls.filter((control) => control.matches("[data-value], [data-listed], [data-pair-low], [data-pair-high], [data-part], [data-many] input, [data-rule-raw]"));
    const wrong = wanted.find((control) => control.type !== "checkbox" && !control.value.trim()) || wanted[0] || controls[0];
    if (list.hidden || !wrong) return;
    wrong.setAttribute("aria-invalid", "true");
    list.id = list.id || `rule-problems-${Math.random().toString(36).slice(2)}`;
    wrong.setAttribute("aria-describedby", list.id);
  }

  // What the server finds wrong goes to the row it belongs to. A row that is not finished yet was not part of the
  // question, so what saving said about it stays.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!preview || !preview.contains(event.detail.elt)) return;
    places.forEach(([_place, node]) => clear(node));
    all("[data-pointer]", preview).forEach((problem) => {
      const pointer = problem.dataset.pointer;
      const fitting = places.filter(([place]) => pointer === place || pointer.startsWith(`${place}/`));
      const nearest = fitting.sort((one, other) => other[0].length - one[0].length)[0];
      if (!nearest) return;
      const list = nearest[1].querySelector(":scope > [data-rule-problems]");
      const item = document.createElement("li");
      item.append(...problem.cloneNode(true).childNodes);
      list.append(item);
      list.hidden = false;
    });
  });

  // --- changing ----------------------------------------------------------------------------------------------------
  const focusIn = (node, selector) => {
    const target = node && node.querySelector(selector);
    if (target) target.focus();
  };

  async function partOf(values) {
    const body = new URLSearchParams(values);
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    const answer = await fetch(url, { method: "POST", body, headers: { ...headers, "HX-Request": "true" } });
    if (answer.status === 401) location.reload();
    if (!answer.ok) throw new Error(`${answer.status}`);
    const holder = document.createElement("template");
    holder.innerHTML = (await answer.text()).trim();
    return holder.content.firstElementChild;
  }

  const failed = () => window.cdp.toast({ text: document.getElementById("toasts").dataset.textOffline, tone: "danger" });

  async function replace(row, chosen, values, focus) {
    // What is typed into a row that is about to be replaced would be lost. The control that was changed keeps the focus.
    const rest = all("input, select, textarea", row).filter((control) => control !== chosen);
    rest.forEach((control) => (control.disabled = true));
    try {
      const fresh = await partOf(values);
      row.replaceWith(fresh);
      focusIn(fresh, focus);
      changed();
    } catch (_error) {
      rest.forEach((control) => (control.disabled = false));
      failed();
    }
  }

  root.addEventListener("click", async (event) => {
    const add = event.target.closest("[data-rule-add]");
    const remove = event.target.closest("[data-rule-remove]");
    if (add) {
      try {
        const fresh = await partOf({ add: add.dataset.ruleAdd });
        add.closest("[data-group]").querySelector(":scope > [data-children]").append(fresh);
        focusIn(fresh, "[data-rule-subject]");
        changed();
      } catch (_error) {
        failed();
      }
    }
    if (remove) {
      const node = remove.closest("[data-rule], [data-group]");
      const group = node.parentElement.closest("[data-group]");
      node.remove();
      focusIn(group, ":scope > .cluster [data-rule-add]");
      changed();
    }
  });

  root.addEventListener("change", (event) => {
    const row = event.target.closest("[data-rule]");
    if (event.target.matches("[data-rule-subject]")) {
      const first = "[data-value], [data-part]:not([hidden]), [data-many] input, [data-rule-op]";
      return replace(row, event.target, { subject: event.target.value }, first);
    }
    if (event.target.matches("[data-rule-op]")) {
      return replace(row, event.target, { rule: JSON.stringify(readRow(row)[0]) }, "[data-rule-op]");
    }
    if (event.target.matches('[data-part="which"]')) row.querySelector('[data-part="what"]').hidden = event.target.value === "any";
    if (event.target.matches('[data-part="period"]')) {
      const within = row.querySelector('[data-part="within"]');
      within.hidden = row.querySelector("[data-days]").hidden = event.target.value === "ever";
      if (!within.hidden && !within.value) within.value = 30;
    }
    changed();
  });
  root.addEventListener("input", (event) => {
    if (!event.target.matches("select, [type=checkbox]")) changed();
  });

  // The JSON edited by hand: show it as rows again.
  const again = box.querySelector("[data-rules-read]");
  again.hidden = false;
  again.addEventListener("click", async () => {
    try {
      const fresh = await partOf({ document: text.value });
      root.replaceChildren(fresh);
      byHand = false;
      ask();
    } catch (_error) {
      window.cdp.toast({ text: box.dataset.textNoJson, tone: "danger" });
    }
  });
  text.addEventListener("input", () => {
    byHand = true;
    if (!preview) return;
    preview.querySelector('[name="preview_rules"]').value = text.value;
    preview.querySelector('[name="unfinished"]').value = "";
    htmx.trigger(preview, "rules:changed");
  });

  // Rows that were changed before this script ran count too; a text written by hand counts more.
  box.closest("form").addEventListener("submit", () => {
    if (!byHand) text.value = JSON.stringify(read(true).rule, null, 2);
  });

  root.hidden = false;
  all("[data-rule]", root).forEach(mark);
  const wrong = document.querySelector('[aria-invalid="true"]');
  if (wrong && root.contains(wrong)) wrong.focus();
  document.addEventListener("rules:ask", ask);
  places = read(false).places;
  // Not before htmx has seen the page.
  addEventListener("load", ask);
})();

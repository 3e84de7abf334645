// The message editor: the preview follows what is typed, values are inserted where the cursor is, the audience of a
// segment is counted. The preview is a form sent into a frame, so that the mail is a document of its own.
(function () {
  "use strict";

  const $ = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  // --- audience: choosing a segment counts it too ---------------------------------------------------------------
  const segment = $("[data-audience-segment]");
  const count = $("[data-rules-preview]");
  if (segment && count) {
    const ask = () => {
      const how = $("[data-audience-how]:checked");
      if (!how || how.value !== "segment") return;
      const rule = segment.value ? { segment: segment.value } : null;
      if (!rule) return;
      $('[name="preview_rules"]', count).value = JSON.stringify(rule);
      $('[name="unfinished"]', count).value = "";
      htmx.trigger(count, "rules:changed");
    };
    segment.addEventListener("change", ask);
    all("[data-audience-how]").forEach((radio) =>
      radio.addEventListener("change", () => (radio.value === "segment" ? ask() : document.dispatchEvent(new Event("rules:ask")))),
    );
    addEventListener("load", ask);
  }

  // --- message ---------------------------------------------------------------------------------------------------
  const editor = $("[data-message-editor]");
  if (!editor) return;
  const trial = $("[data-trial]");
  const box = $("[data-frame]");
  let last = null;
  let timer = 0;
  let turn = 0;

  const panel = () => $("[data-panel]:not([hidden])", editor);

  function show() {
    const open = panel();
    const [subject, body] = ["subject", "body"].map((name) => $(`[name="${open.dataset.panel}-${name}"]`, open).value);
    trial.elements.language.value = open.dataset.panel;
    trial.elements.subject.value = subject;
    trial.elements.body.value = body;
    htmx.ajax("POST", trial.dataset.headUrl, {
      target: "#preview-head",
      values: { language: open.dataset.panel, subject, body, customer: trial.elements.customer.value },
    });
    // A fresh frame each time: its first document replaces an empty one, so "back" still leaves the page.
    const frame = document.createElement("iframe");
    turn += 1;
    frame.name = trial.target = `mail-${turn}`;
    frame.title = box.dataset.title;
    frame.setAttribute("sandbox", "");
    box.append(frame);
    trial.submit();
    // Older ones stay until the new one has something to show.
    frame.addEventListener("load", () => {
      while (box.firstElementChild !== frame && box.contains(frame)) box.firstElementChild.remove();
    });
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(show, 500);
  }

  editor.addEventListener("input", (event) => event.target.matches("[data-message]") && soon());
  editor.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-message]")) last = event.target;
  });
  document.addEventListener("tabs:changed", soon);

  document.addEventListener("click", (event) => {
    const insert = event.target.closest("[data-insert]");
    const person = event.target.closest("[data-see-as]");
    if (insert) {
      const open = panel();
      const field = last && open.contains(last) ? last : $("textarea", open);
      field.focus();
      field.setRangeText(insert.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (person) {
      trial.elements.customer.value = person.dataset.seeAs;
      show();
    }
  });

  all("[data-device]", editor).forEach((radio) => {
    if (radio === box) return;
    radio.addEventListener("change", () => (box.dataset.device = radio.value));
  });

  $("[data-message-preview]").hidden = false;
  soon();
})();

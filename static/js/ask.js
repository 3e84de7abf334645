// A questionnaire: questions that come and go with what is answered, ranking by touch, drag and keys, one touch that
// leads on, and pages that are fetched, so that a lost connection loses no word. Without this script every page is a
// plain form and works the same. Conditions are judged as surveys/rules/conditions/judging.py does.
(function () {
  "use strict";

  const all = (root, what) => Array.from(root.querySelectorAll(what));
  const given = (value) => value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length);
  const equal = (answer, value) => (Array.isArray(answer) ? answer.includes(value) : answer === value);
  const ORDER = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b };

  function holds(condition, known) {
    const [op, first, second] = condition;
    if (op === "all") return condition.slice(1).every((part) => holds(part, known));
    if (op === "any") return condition.slice(1).some((part) => holds(part, known));
    if (op === "not") return !holds(first, known);
    const answer = known[first];
    if (op === "answered") return given(answer);
    if (op === "in") return second.some((value) => equal(answer, value));
    if (!given(answer)) return false;
    if (op === "=") return equal(answer, second);
    if (op === "!=") return !equal(answer, second);
    const inOrder = typeof answer === typeof second && (typeof answer === "number" || typeof answer === "string");
    return inOrder && ORDER[op](answer, second);
  }
  window.cdpHolds = holds; // for the test that tries it beside Python's

  // What a question is answered with now, as conditions compare it; lines of a matrix by themselves too.
  function answered(box, known) {
    const key = box.dataset.question;
    const kind = box.dataset.kind;
    const chosen = all(box, "input:enabled:checked").map((input) => input.value);
    const field = box.querySelector("input:enabled:not([type=radio]):not([type=checkbox]), textarea:enabled");
    const typed = field && field.checkValidity() ? field.value.trim() : "";
    let answer;
    if (kind === "multiple") answer = chosen;
    else if (kind === "single" || kind === "poll") answer = chosen[0];
    else if (kind === "yes_no" || kind === "like" || kind === "consent") answer = chosen.length ? chosen[0] === "yes" : "";
    else if (kind === "ranking") answer = all(box, "select:enabled").map((select) => select.value).find(Boolean);
    else if (kind === "matrix") {
      answer = chosen;
      all(box, "input:enabled:checked").forEach((input) => {
        known[input.name.slice(2)] = input.value;
      });
    } else if (kind === "text" || kind === "date" || kind === "contact") answer = typed;
    else if (given(chosen[0] || typed)) answer = Number(chosen[0] || typed);
    if (given(answer)) known[key] = answer;
  }

  let form;
  let busy = false;
  const words = () => form.dataset;
  const live = (text) => {
    const place = document.querySelector("[data-live]");
    if (place) place.textContent = text;
  };

  // --- questions that come and go ------------------------------------------------------------------------------
  function put(element, isThere) {
    const was = !element.hidden;
    element.hidden = !isThere;
    if (element.matches("fieldset")) element.disabled = !isThere;
    else all(element, "input").forEach((input) => (input.disabled = !isThere));
    return was !== isThere;
  }
  function settle() {
    for (let turn = 0; turn < 9; turn += 1) {
      const known = JSON.parse(words().earlier || "{}");
      const boxes = all(form, "[data-question]");
      let changed = false;
      boxes.forEach((box) => {
        if (box.dataset.when) changed = put(box, holds(JSON.parse(box.dataset.when), known)) || changed;
        if (!box.hidden) answered(box, known);
      });
      all(form, "[data-option]").forEach((option) => {
        changed = put(option, holds(JSON.parse(option.dataset.when), known)) || changed;
      });
      all(form, "[data-words]").forEach((box) => {
        const fits = JSON.parse(box.dataset.words).find(([when]) => !when || holds(when, known));
        if (fits) box.querySelector("[data-text]").textContent = fits[1];
      });
      if (!changed) break;
    }
    const there = new Set(form.elements.shown.value.split(" "));
    const mark = (name, isThere) => (isThere ? there.add(name) : there.delete(name));
    all(form, "[data-question]").forEach((box) => mark(box.dataset.question, !box.hidden));
    all(form, "[data-option]").forEach((option) =>
      mark(option.dataset.option, !option.hidden && !option.closest("fieldset").hidden)
    );
    form.elements.shown.value = Array.from(there).filter(Boolean).join(" ");
  }

  // --- choices, counters -----------------------------------------------------------------------------------------
  function chose(input) {
    const box = input.closest("[data-question]");
    if (input.type === "checkbox" && input.checked && box.dataset.kind === "multiple") {
      all(box, "input[type=checkbox]").forEach((other) => {
        if (other !== input && (input.matches("[data-exclusive]") || other.matches("[data-exclusive]"))) other.checked = false;
      });
    }
    if (input.matches("[data-other]") && input.checked) {
      const field = input.closest(".ask-choice").querySelector(".ask-words");
      if (field && touched) field.focus();
    }
  }
  function counter(area) {
    const most = area.maxLength;
    const told = document.createElement("p");
    told.className = "ask-count";
    area.after(told);
    const tell = () => {
      const left = most - area.value.length;
      told.textContent = left <= most / 5 || left < 100 ? left + " " + words().left : "";
    };
    area.addEventListener("input", tell);
    tell();
  }

  // What was wrong is no longer said as soon as something else is answered; what comes back is judged anew.
  function mended(box) {
    if (!box || !box.classList.contains("is-wrong")) return;
    box.classList.remove("is-wrong");
    const told = box.querySelector(".field-errors");
    const others = (box.getAttribute("aria-describedby") || "").split(" ").filter((id) => told && id !== told.id);
    if (others.filter(Boolean).length) box.setAttribute("aria-describedby", others.join(" "));
    else box.removeAttribute("aria-describedby");
    if (told) told.remove();
    all(box, "[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    const left = form.querySelector(".is-wrong:not([hidden])");
    const above = form.querySelector("[data-wrong]");
    all(form, ".ask-wrong a").forEach((one) => one.hash === `#${box.id}` && one.parentElement.remove());
    if (!left && above) above.remove();
  }

  // --- sending -----------------------------------------------------------------------------------------------------
  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!page.getElementById("main")) return false;
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    [".public-head", "main", ".public-foot"].forEach((part) => {
      const fresh = page.querySelector(part);
      const old = document.querySelector(part);
      if (fresh && old) old.replaceWith(fresh);
    });
    scrollTo(0, 0);
    begin(true);
    return true;
  }
  function send(address, body) {
    busy = true;
    form.setAttribute("aria-busy", "true");
    const wait = new AbortController();
    const patience = setTimeout(() => wait.abort(), 20000);
    fetch(address, { method: "POST", body: body, signal: wait.signal })
      .then((answer) => answer.text().then((text) => [answer.status, text]))
      .then(([status, text]) => {
        if (status >= 500 || !show(text)) throw new Error(String(status));
        busy = false;
      })
      .catch(() => waitFor(address, body))
      .finally(() => clearTimeout(patience));
  }
  function waitFor(address, body) {
    let told = form.querySelector("[data-lost]");
    if (!told) {
      told = document.createElement("div");
      told.className = "callout callout-warning";
      told.dataset.lost = "";
      told.setAttribute("role", "alert");
      const text = document.createElement("p");
      text.textContent = words().offline;
      told.append(text);
      form.querySelector("[data-actions]").before(told);
    }
    const again = () => {
      clearTimeout(timer);
      removeEventListener("online", again);
      send(address, body);
    };
    const timer = setTimeout(again, 4000);
    addEventListener("online", again);
  }

  let touched = false;
  document.addEventListener("pointerdown", () => (touched = true), true);
  document.addEventListener("keydown", () => (touched = false), true);

  function begin(isNext) {
    form = document.querySelector("form.ask");
    if (document.body.classList.contains("is-embedded")) tellHeight();
    if (!form) {
      const end = isNext && document.querySelector("h1");
      if (end) {
        end.tabIndex = -1;
        end.focus();
      }
      return;
    }
    all(form, "template[data-waits]").forEach((waiting) => {
      const made = waiting.content.firstElementChild;
      waiting.replaceWith(waiting.content);
      put(made, false);
    });
    all(form, "template[data-waits]").forEach((waiting) => {
      const made = waiting.content.firstElementChild; // an option of a question that waited itself
      waiting.replaceWith(waiting.content);
      put(made, false);
    });
    if (window.cdpRanking) all(form, "[data-ranking]").forEach((box) => window.cdpRanking(box, words(), live, settle));
    all(form, "textarea").forEach(counter);
    settle();
    form.addEventListener("change", (event) => {
      chose(event.target);
      mended(event.target.closest(".is-wrong"));
      settle();
    });
    form.addEventListener("input", (event) => {
      if (event.target.matches(".ask-words") && event.target.value) {
        const choice = event.target.closest(".ask-choice").querySelector("[data-other]");
        if (!choice.checked) {
          choice.checked = true;
          chose(choice);
        }
      }
      mended(event.target.closest(".is-wrong"));
      settle();
    });
    form.addEventListener("click", (event) => {
      if (touched && event.target.matches("input[type=radio]") && "alone" in words()) {
        const sent = form;
        setTimeout(() => sent === form && !busy && form.isConnected && form.requestSubmit(), 250);
      }
    });
    form.addEventListener("submit", (event) => {
      if (busy) {
        event.preventDefault();
        return;
      }
      if (words().home) {
        busy = true; // on the shop's tablet every page is loaded anew, so that nothing stays behind
        return;
      }
      event.preventDefault();
      const by = event.submitter;
      const told = new URLSearchParams(new FormData(form, by));
      send((by && by.getAttribute("formaction") && by.formAction) || form.action, told);
    });
    const box = form.querySelector("fieldset[autofocus]"); // what is wrong or new; on a page that was fetched nothing goes there by itself
    const first = box ? box.querySelector("input:enabled, select:enabled, textarea:enabled") : null;
    if (first) first.focus();
    else if (isNext) {
      const legend = form.querySelector("fieldset:not([hidden]) legend");
      legend.tabIndex = -1;
      legend.focus({ preventScroll: true });
    }
  }

  // --- in a frame of another site ------------------------------------------------------------------------------------
  function tellHeight() {
    const height = Math.ceil(document.querySelector("main").getBoundingClientRect().bottom);
    parent.postMessage({ cdpSurvey: location.pathname, height: height, ended: Boolean(document.querySelector("[data-ended]")) }, "*");
  }
  begin(false);
  if (document.body.classList.contains("is-embedded") && "ResizeObserver" in window) {
    new ResizeObserver(tellHeight).observe(document.body);
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
